"""Tells agencies: push, pull, receipts, escalation."""

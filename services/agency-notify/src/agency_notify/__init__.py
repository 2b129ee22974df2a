"""Notifies agencies: push, pull, receipts, escalation."""

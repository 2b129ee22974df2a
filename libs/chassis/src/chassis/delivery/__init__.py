"""Delivery: events recorded with the change, sent in order, and applied exactly once."""

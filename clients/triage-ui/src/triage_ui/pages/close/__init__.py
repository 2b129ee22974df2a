"""Closing a case."""

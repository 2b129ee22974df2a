"""Asking an agency."""

"""Answering an information request."""

"""Authorising a recommendation, or turning it down."""

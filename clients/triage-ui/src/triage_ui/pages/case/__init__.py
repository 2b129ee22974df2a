"""The case: what is known, due and missing."""

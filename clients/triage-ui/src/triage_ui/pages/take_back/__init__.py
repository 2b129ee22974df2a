"""Taking back an offer that nobody has accepted."""

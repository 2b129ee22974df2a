"""The web client of the people who do the work."""

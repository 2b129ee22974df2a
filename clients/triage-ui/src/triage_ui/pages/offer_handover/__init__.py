"""Offering decided children to a team."""

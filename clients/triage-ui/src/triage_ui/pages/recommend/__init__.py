"""Recommending an outcome for a child."""

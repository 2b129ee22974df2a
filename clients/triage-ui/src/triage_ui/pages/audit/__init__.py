"""Who looked, what was shared, and what proves it."""

"""Partnership packs and working time: the facts of law and practice, as data."""

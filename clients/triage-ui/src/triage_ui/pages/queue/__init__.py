"""The queue: what must be touched next."""

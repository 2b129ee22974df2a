"""The transparency log of every event and every access."""

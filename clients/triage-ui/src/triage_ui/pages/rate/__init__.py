"""Rating a case."""

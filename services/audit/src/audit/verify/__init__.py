"""The stand-alone verifier: derives a log again from its leaves, entries from their salts, and trusts nothing."""

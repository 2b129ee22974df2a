"""Partner systems: registered, listed, given new keys, suspended and restored, everywhere at once."""

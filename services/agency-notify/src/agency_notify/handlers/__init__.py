"""One function per event or command: load, decide, record. Nothing here commits."""

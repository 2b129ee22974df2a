"""Cases, clocks, information requests, decisions, handover."""

"""A notice that nobody opened, or that no channel delivered, climbs the pack's ladder until a person reacts."""

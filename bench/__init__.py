"""The load scenarios, and the peers they are measured against."""

"""What an agency was asked and said, as triage reads it."""

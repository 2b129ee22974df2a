"""The operator's command: journeys, parked messages, lag, verification, and the demonstration."""

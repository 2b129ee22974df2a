"""What somebody has begun and not sent."""

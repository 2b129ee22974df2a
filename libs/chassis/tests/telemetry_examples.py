"""What must never be in a log, span or metric, and a trace context that somebody sent."""

PLANTED = (
    "Amelia Planted-Name",
    "9990000018",
    "07700900123",
    "amelia@example.org",
    "12 Planted Street, ZZ99 3VZ",
    "Zoë",
)
REMOTE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

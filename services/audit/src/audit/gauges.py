"""What waits in this service, as gauges: events without a place in the log, and entries that no signature covers."""

from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from audit import flow
from chassis.db import Transaction
from chassis.delivery.gauges import age_seconds

pending: Final = Gauge("frontdoor_log_pending", "Events that were read and have no place in the log yet")
oldest_pending: Final = Gauge("frontdoor_oldest_pending_seconds", "How long ago the oldest of these happened")
unsigned: Final = Gauge("frontdoor_log_unsigned_entries", "Entries that no signed checkpoint covers yet")
oldest_unsigned: Final = Gauge(
    "frontdoor_log_unsigned_seconds", "How long something has waited for the next signature; 0 while nothing does"
)
signature_age: Final = Gauge("frontdoor_log_signature_age_seconds", "How long ago the log was signed last")

# A log that has been quiet is signed when something comes: from then on it is late, not from the last signature on.
_LOG: Final = text(
    """SELECT l.size - coalesce(c.size, 0) AS unsigned, c.signed_at,
              (SELECT e.occurred_at FROM entry e WHERE e.leaf_index = coalesce(c.size, 0)) AS first_at
       FROM log l LEFT JOIN (SELECT size, signed_at FROM checkpoint ORDER BY size DESC LIMIT 1) c ON true"""
)


async def measure(tx: Transaction, now: datetime) -> None:
    """Set the gauges from what is in the database now."""
    waiting, log = (await tx.execute(flow.WAITING)).one(), (await tx.execute(_LOG)).one()
    pending.set(waiting.number)
    oldest_pending.set(age_seconds(waiting.since, now))
    unsigned.set(log.unsigned)
    signature_age.set(age_seconds(log.signed_at, now))
    first = min((at for at in (waiting.since, log.first_at) if at is not None), default=None)
    oldest_unsigned.set(min(age_seconds(first, now), age_seconds(log.signed_at or first, now)))

"""What waits for operators, as gauges: measured now and then by one cheap statement, not with every batch."""

from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.delivery import draining, failures
from chassis.tasks import Stop

MEASURE_SECONDS: Final = 10.0

log = telemetry.logger(__name__)
parked_gauge = Gauge("frontdoor_parked", "Messages parked now", ["reason"])
oldest_blocked_gauge = Gauge("frontdoor_oldest_blocked_seconds", "How long the oldest blocked key has been blocked")
failing_gauge = Gauge("frontdoor_failing_keys", "Keys held because our code fails on a message of theirs")
oldest_gap_gauge = Gauge("frontdoor_oldest_gap_seconds", "How long the oldest missing version has been missing")
halted_gauge = Gauge("frontdoor_reading_halted", "1 while reading is halted because too many messages were wrong")

_MEASURE: Final = text(
    """SELECT error_class, count(*) AS messages, min(parked_at) AS since,
              count(DISTINCT coalesce(key, int8send(id))) FILTER (
                  WHERE next_try_at IS NOT NULL AND error_class NOT IN ('gap', 'behind')) AS failing
       FROM parked WHERE settled_at IS NULL GROUP BY error_class"""
)
_HALTED: Final = text("SELECT EXISTS (SELECT FROM halt WHERE resumed_at IS NULL)")


async def measure(tx: Transaction, *, now: datetime) -> None:
    """Set the gauges from what is in the database now."""
    rows = (await tx.execute(_MEASURE)).all()
    halted_gauge.set(bool(await tx.scalar(_HALTED)))
    parked_gauge.clear()
    for row in rows:
        parked_gauge.labels(row.error_class).set(row.messages)
    failing_gauge.set(sum(row.failing for row in rows))
    oldest_blocked_gauge.set(_age([row.since for row in rows], now))
    oldest_gap_gauge.set(_age([row.since for row in rows if row.error_class == "gap"], now))


def _age(since: list[datetime], now: datetime) -> float:
    return max(0.0, (now - min(since)).total_seconds()) if since else 0.0


async def keep_measuring(db: Database, clock: Clock, stop: Stop, *, every_seconds: float = MEASURE_SECONDS) -> None:
    """Measure until asked to stop, and wake what waits for nothing. What fails is done later."""
    while not await stop.wait(every_seconds):
        try:
            async with db.transaction() as tx:
                await draining.wake(tx, now=clock.now())
                await measure(tx, now=clock.now())
        except Exception as error:  # whatever it is, a gauge that stands still must not end a worker
            failure = failures.describe(error)
            log.warning("what is parked was not measured", error=failure.error_class, error_at=failure.place)

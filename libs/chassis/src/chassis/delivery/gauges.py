"""What waits for operators, as gauges: measured now and then by one cheap statement, not with every batch."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.delivery import draining, failures
from chassis.delivery.relay import oldest_unpublished
from chassis.tasks import Stop

MEASURE_SECONDS: Final = 10.0

Measure = Callable[[Transaction, datetime], Awaitable[None]]
"""Sets gauges from what is in the database at a time, by statements that stay cheap however large it grows."""

log = telemetry.logger(__name__)
parked_gauge = Gauge("frontdoor_parked", "Messages parked now", ["reason"])
oldest_blocked_gauge = Gauge("frontdoor_oldest_blocked_seconds", "How long the oldest blocked key has been blocked")
failing_gauge = Gauge("frontdoor_failing_keys", "Keys held because our code fails on a message of theirs")
wrong_gauge = Gauge("frontdoor_wrong_keys", "Keys held because a message of theirs is wrong: an operator has to look")
oldest_gap_gauge = Gauge("frontdoor_oldest_gap_seconds", "How long the oldest missing version has been missing")
halted_gauge = Gauge("frontdoor_reading_halted", "1 while reading is halted because too many messages were wrong")
unpublished_gauge = Gauge("frontdoor_events_unpublished", "Events recorded and not yet acknowledged by Kafka")

_MEASURE: Final = text(
    """SELECT error_class, count(*) AS messages, min(parked_at) AS since,
              count(DISTINCT coalesce(key, int8send(id))) FILTER (
                  WHERE next_try_at IS NOT NULL AND error_class NOT IN ('gap', 'behind')) AS failing,
              count(DISTINCT coalesce(key, int8send(id))) FILTER (
                  WHERE next_try_at IS NULL AND error_class NOT IN ('gap', 'behind')) AS wrong
       FROM parked WHERE settled_at IS NULL GROUP BY error_class"""
)
_HALTED: Final = text("SELECT EXISTS (SELECT FROM halt WHERE resumed_at IS NULL)")
_UNPUBLISHED: Final = text("SELECT count(*) AS events, min(recorded_at) AS since FROM event WHERE published_at IS NULL")


async def nothing_more(_tx: Transaction, _now: datetime) -> None:
    """For services that measure nothing beside delivery."""


async def measure(tx: Transaction, *, now: datetime) -> None:
    """Set the gauges from what is in the database now."""
    rows = (await tx.execute(_MEASURE)).all()
    halted_gauge.set(bool(await tx.scalar(_HALTED)))
    parked_gauge.clear()
    for row in rows:
        parked_gauge.labels(row.error_class).set(row.messages)
    failing_gauge.set(sum(row.failing for row in rows))
    wrong_gauge.set(sum(row.wrong for row in rows))
    oldest_blocked_gauge.set(_age([row.since for row in rows], now))
    oldest_gap_gauge.set(_age([row.since for row in rows if row.error_class == "gap"], now))
    await _measure_unpublished(tx, now)


async def _measure_unpublished(tx: Transaction, now: datetime) -> None:
    """Here too, not by the relay alone: a relay that ends again and again, or does not lead, shows nothing."""
    waiting = (await tx.execute(_UNPUBLISHED)).one()
    unpublished_gauge.set(waiting.events)
    oldest_unpublished.set(age_seconds(waiting.since, now))


def age_seconds(since: datetime | None, now: datetime) -> float:
    """How long ago that was; 0 when there is nothing that waits."""
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


def _age(since: list[datetime], now: datetime) -> float:
    return age_seconds(min(since, default=None), now)


async def keep_measuring(
    db: Database,
    clock: Clock,
    stop: Stop,
    *,
    of_the_service: Measure = nothing_more,
    every_seconds: float = MEASURE_SECONDS,
) -> None:
    """Measure from the start until asked to stop, and wake what waits for nothing. What fails is done later.

    At once, so that a worker that is started again and again still says how long things wait.
    """
    while not stop.is_set():
        try:
            async with db.transaction() as tx:
                await draining.wake(tx, now=clock.now())
                await measure(tx, now=clock.now())
            async with db.transaction() as tx:
                await of_the_service(tx, clock.now())
        except Exception as error:  # whatever it is, a gauge that stands still must not end a worker
            failure = failures.describe(error)
            log.warning("what waits was not measured", error=failure.error_class, error_at=failure.place)
        await stop.wait(every_seconds)

"""Whether the database answers, and how far this process's clock is from the database's, in one question."""

from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from chassis.clock import Clock
from chassis.db import Database

_NOW: Final = text("SELECT clock_timestamp()")

ahead_gauge = Gauge(
    "frontdoor_clock_ahead_seconds",
    "How far this process's clock is ahead of its database's; negative while it is behind",
)


async def answers(db: Database, clock: Clock) -> None:
    """For readiness. Raises ``DatabaseUnavailable``; a clock that is wrong makes nothing unready, but is measured."""
    ahead_gauge.set(await ask(db, clock))


async def ask(db: Database, clock: Clock) -> float:
    """How many seconds ``clock`` is ahead of the database's. Raises ``DatabaseUnavailable``."""
    async with db.transaction() as tx:
        before = clock.now()
        theirs = (await tx.execute(_NOW)).scalar_one()
        return seconds_ahead(theirs, before=before, after=clock.now())


def seconds_ahead(theirs: datetime, *, before: datetime, after: datetime) -> float:
    """Theirs was read between ``before`` and ``after`` of our clock: anything within is equal."""
    if theirs < before:
        return (before - theirs).total_seconds()
    return -max(0.0, (theirs - after).total_seconds())

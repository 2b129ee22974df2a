"""Forgetting: rows that are of no more use are erased when their time is over, in small batches, by one leader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.leadership import lead
from chassis.tasks import Stop
from chassis.waking import seconds_until
from contracts.problems import Problem

LEADER_LOCK: Final = 7_203_603
BATCH: Final = 1000
"""As many rows end in one transaction: what waits for it waits for milliseconds."""
FOLD_SECONDS: Final = 10.0
"""How long counts of events gather before they are folded, and how late a row is erased at most."""
MOST_UNFOLDED: Final = 100

log = telemetry.logger(__name__)
forgotten_total = Counter("frontdoor_rows_forgotten", "Rows erased because their time was over", ["of"])

_FOLD: Final = text(
    """WITH gone AS (DELETE FROM tally WHERE (SELECT count(*) FROM tally) > :most RETURNING what, name, events)
       INSERT INTO tally (what, name, events) SELECT what, name, sum(events) FROM gone GROUP BY what, name"""
)


@dataclass(frozen=True)
class Expiry:
    """Rows of one table that end so long ``after`` a time of theirs.

    ``column`` is that time, ``only`` a condition on those that end at all; an index on the column has the same.
    """

    rows: str
    column: str
    after: timedelta
    only: str = "true"

    async def next_due(self, tx: Transaction) -> datetime | None:
        """When the next one ends; None when there is none."""
        oldest = await tx.scalar(
            text(f'SELECT {self.column} FROM "{self.rows}" WHERE {self.only} ORDER BY {self.column} LIMIT 1')  # noqa: S608  # constants
        )
        return None if oldest is None else oldest + self.after

    async def erase(self, tx: Transaction, *, now: datetime, most: int) -> int:
        """Erase some whose time is over, the oldest first; returns how many. Rows that somebody holds are left."""
        result = await tx.execute(
            text(
                f"""DELETE FROM "{self.rows}" WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM "{self.rows}" WHERE {self.only} AND {self.column} <= :before
                        ORDER BY {self.column} LIMIT :most FOR UPDATE SKIP LOCKED))"""  # noqa: S608  # constants
            ),
            {"before": now - self.after, "most": most},
        )
        return int(result.rowcount)


def parked_that_took_effect(days: int) -> Expiry:
    """What was discarded is no part of it: that is kept, so that nothing is lost unsaid."""
    return Expiry("parked", "settled_at", timedelta(days=days), "settled_as IN ('applied', 'repeated')")


async def fold(tx: Transaction) -> None:
    """Add up the counts of events, once there are many rows of them. Anyone who reads meanwhile sees the same sums."""
    await tx.execute(_FOLD, {"most": MOST_UNFOLDED})


class Forgetting:
    """The worker's loop. Nothing else in the service waits for it: what fails is done later."""

    def __init__(self, db: Database, clock: Clock, expiries: Sequence[Expiry]) -> None:
        self._db = db
        self._clock = clock
        self._expiries = expiries

    async def run(self, stop: Stop) -> None:
        """Lead when possible, until asked to stop."""
        while not stop.is_set():
            try:
                await lead(self._db, self._lead, lock=LEADER_LOCK, stop=stop)
            except Problem as problem:
                log.warning("rows not forgotten yet", problem=problem.slug)
                await stop.wait(FOLD_SECONDS)

    async def _lead(self, connection: AsyncConnection, stop: Stop) -> None:
        while not stop.is_set():
            if not await self.forget(connection):
                await stop.wait(await self._seconds_to_wait(connection))

    async def forget(self, connection: AsyncConnection) -> bool:
        """One batch of each kind of row, each in a transaction of its own. Whether there may be more already."""
        more = False
        async with connection.begin() as tx:
            await fold(tx.connection)
        for expiry in self._expiries:
            async with connection.begin() as tx:
                erased = await expiry.erase(tx.connection, now=self._clock.now(), most=BATCH)
            if erased:
                forgotten_total.labels(expiry.rows).inc(erased)
                log.info("rows forgotten", count=erased)
            more = more or erased == BATCH
        return more

    async def _seconds_to_wait(self, connection: AsyncConnection) -> float:
        """Until the next row ends, or counts are to be folded."""
        async with connection.begin() as tx:
            due = [await expiry.next_due(tx.connection) for expiry in self._expiries]
        soonest = min((each for each in due if each is not None), default=None)
        # a row that is due and was left is held by somebody: no hurry
        return max(1.0, seconds_until(soonest, self._clock.now(), most=FOLD_SECONDS))

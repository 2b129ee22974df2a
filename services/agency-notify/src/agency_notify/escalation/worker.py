"""The loop that has unopened notices climb."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import Counter

from agency_notify.escalation import handlers, store
from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, DatabaseUnavailable
from chassis.ids import Ids
from chassis.tasks import Hint, Stop
from chassis.waking import seconds_until
from policy.packs import Packs

BATCH: Final = 100

log = telemetry.logger(__name__)
climbs_total = Counter("frontdoor_notice_escalations", "Roles notified that a notice did not arrive")


@dataclass(frozen=True)
class Escalator:
    """Contract.

    - What is late is read from rows, not from timers: a restart skips nothing, and several may run at once.
    - One notice has one climb, and each step of it one escalation notice, written with the event that says so.
    - A step that cannot be made holds up no other: it is tried alone, then put off and tried again.
    - It waits for ``hint``, for the time of what is late next, or a few seconds.
    """

    db: Database
    packs: Packs
    clock: Clock
    ids: Ids
    hint: Hint

    async def run(self, stop: Stop) -> None:
        """Look until asked to stop."""
        while not stop.is_set():
            next_at = None
            try:
                found = await self.escalate_due()
                if not found:
                    next_at = await self._next()
            except DatabaseUnavailable:
                log.warning("unopened notices cannot be looked for, the database is away")
                found = 0
            if not found:
                await self.hint.wait(stop, seconds_until(next_at, self.clock.now()))

    async def _next(self) -> datetime | None:
        async with self.db.transaction() as tx:
            return await store.find_next(tx, now=self.clock.now())

    async def escalate_due(self) -> int:
        """One round: begin what is late, and make the steps that are due. Returns how many climbs were looked at."""
        async with self.db.transaction() as tx:
            begun = await handlers.begin_unopened(tx, now=self.clock.now(), limit=BATCH)
        if begun:
            log.warning("notices were not opened in time", count=begun)
        try:
            return await self._climb(BATCH)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            log.error("a batch of escalations failed, each is tried alone", exc_info=error)
            return await self._one_by_one()

    async def _climb(self, limit: int) -> int:
        async with self.db.transaction() as tx:
            due, made = await handlers.climb_due(tx, packs=self.packs, ids=self.ids, now=self.clock.now(), limit=limit)
        climbs_total.inc(made)
        return due

    async def _one_by_one(self) -> int:
        looked_at = 0
        for _ in range(BATCH):
            try:
                count = await self._climb(1)
            except DatabaseUnavailable:
                raise
            except Exception as error:
                log.error("an escalation failed, it is tried again later", exc_info=error)
                async with self.db.transaction() as tx:
                    await handlers.postpone_first(tx, now=self.clock.now())
                count = 1
            if not count:
                break
            looked_at += count
        return looked_at

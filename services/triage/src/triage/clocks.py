"""The watch over clocks: people are notified that a step will soon be late, or is, once each, whatever restarts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, DatabaseUnavailable, Transaction
from chassis.delivery.events import Context, record
from chassis.tasks import Stop
from chassis.waking import seconds_until
from triage import decide, store
from triage.gauges import alarms_total
from triage.model import SERVICE, Addresses, DueAlarm

BATCH: Final = 50

log = telemetry.logger(__name__)


class Watch:
    """Contract.

    - Every alarm whose moment has come sounds once: event and mark are written in one transaction. What came due while
      nobody watched is found by its moment, so a restart skips nothing.
    - A clock that has stopped never sounds; a case that somebody works on right now is looked at in the next round.
    - Several may watch at once: each has other cases.
    - It waits for the moment of the next alarm, and looks every few seconds in any case: only an alarm that is set
      for less than those may sound so much later.
    """

    def __init__(self, db: Database, clock: Clock, addresses: Addresses) -> None:
        self._db = db
        self._clock = clock
        self._addresses = addresses

    async def run(self, stop: Stop) -> None:
        """Watch until asked to stop; while the database is away, try again."""
        while not stop.is_set():
            try:
                sounded, next_at = await self._look()
            except DatabaseUnavailable:
                log.warning("clocks cannot be read, trying again")
                sounded, next_at = 0, None
            if not sounded:
                await stop.wait(seconds_until(next_at, self._clock.now()))

    async def sound(self) -> int:
        """One round. Commits. Returns how many alarms sounded."""
        sounded, _ = await self._look()
        return sounded

    async def _look(self) -> tuple[int, datetime | None]:
        """One round: how many alarms sounded, and when the next one will."""
        async with self._db.transaction() as tx:
            sounded = await _sound(tx, self._clock, self._addresses)
            next_at = await store.find_next_alarm(tx, now=self._clock.now())
        for one in sounded:
            alarms_total.labels(one.clock, "breached" if one.alarm.share >= 1 else "warned").inc()
        return len(sounded), next_at


async def _sound(tx: Transaction, clock: Clock, addresses: Addresses) -> Sequence[DueAlarm]:
    now = clock.now()
    cases = await store.lock_cases_with_due_alarms(tx, now=now, limit=BATCH)
    due = await store.load_due_alarms(tx, [case_id for case_id, _ in cases], now=now)
    for case_id, partnership in cases:
        alarms = [one for one in due if one.case_id == case_id]
        context = Context(source=SERVICE, partnership=partnership, now=now)
        events = [decide.sound(one, addresses=addresses, now=now) for one in alarms]
        versions = await record(tx, events, context=context)
        for version in versions.values():
            await store.advance(tx, case_id, version=version, changed=False)
        for one in alarms:
            await store.record_sounded(tx, one, at=now)
        await store.announce(tx, case_id)
    return due

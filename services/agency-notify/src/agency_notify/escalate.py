"""The loop that tells the named role of notices nobody opened in time."""

from dataclasses import dataclass
from typing import Final

from agency_notify.handlers import delivering
from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, DatabaseUnavailable
from chassis.tasks import Stop
from policy.packs import Packs

EVERY_SECONDS: Final = 5.0

log = telemetry.logger(__name__)


@dataclass(frozen=True)
class Escalator:
    """What is late is read from rows, not from timers: a restart never skips one, and several may run at once."""

    db: Database
    packs: Packs
    clock: Clock

    async def run(self, stop: Stop) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                escalated = await self.escalate_due()
            except DatabaseUnavailable:
                log.warning("unopened notices cannot be looked for, the database is away")
                escalated = 0
            if not escalated:
                await stop.wait(EVERY_SECONDS)

    async def escalate_due(self) -> int:
        """One round; returns how many notices were escalated."""
        async with self.db.transaction() as tx:
            count = await delivering.escalate_unopened(tx, packs=self.packs, now=self.clock.now())
        if count:
            log.warning("notices were not opened in time", count=count)
        return count

"""Secrets at rest: the worker seals what is still plain, and ``reseal`` seals everything with the first key."""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Final

from agency_notify.handlers import secrets as handlers
from agency_notify.sealing import Sealer
from agency_notify.settings import Settings
from agency_notify.store import secrets
from chassis import telemetry
from chassis.db import Database, DatabaseUnavailable
from chassis.tasks import Stop

EVERY_SECONDS: Final = 30.0
GOOD, BROKEN = 0, 1

log = telemetry.logger(__name__)


@dataclass(frozen=True)
class Report:
    """What sealing again did, and which keys are still needed: how many secrets each has sealed, by its id."""

    sealed: int
    were_plain: int
    broken: int
    by_key: dict[str, int]


class PlainSecrets:
    """Seals what a process of an earlier version, or a restored backup, left in plain text.

    Until then nothing is pushed to such an endpoint. Several may run at once: rows are locked in the order of ids.
    """

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    async def run(self, stop: Stop) -> None:
        """Look at once and then every half minute, until asked to stop."""
        while not stop.is_set():
            try:
                await self.seal()
            except DatabaseUnavailable:
                log.warning("plain secrets cannot be looked for, the database is away")
            await stop.wait(EVERY_SECONDS)

    async def seal(self) -> int:
        """Seal all there are, some at a time; returns how many there were."""
        total = 0
        while True:
            async with self._db.transaction() as tx:
                sealed = await handlers.seal_plain(tx, self._sealer)
            if not sealed:
                return total
            total += sealed
            log.info("plain secrets sealed", count=sealed)


async def reseal(db: Database, sealer: Sealer) -> Report:
    """Seal everything with the first key, some at a time. What was sealed stays so when this is interrupted."""
    counts: Counter[str] = Counter()
    after = handlers.BEFORE_ALL
    while True:
        async with db.transaction() as tx:
            page = await handlers.seal_again(tx, sealer, after=after)
        counts.update(sealed=page.sealed, were_plain=page.were_plain, broken=page.broken)
        if page.after is None:
            break
        after = page.after
    async with db.transaction() as tx:
        by_key = await secrets.count_by_key(tx)
    return Report(counts["sealed"], counts["were_plain"], counts["broken"], by_key)


def lines_of(report: Report, sealer: Sealer) -> list[str]:
    """What an operator reads: what was done, and which key may go."""
    said = [f"Sealed with key {sealer.key_id}: {report.sealed} secrets, of which {report.were_plain} were plain."]
    for key_id in sealer.key_ids[1:]:
        held = report.by_key.get(key_id, 0)
        said.append(
            f"Key {key_id} {'is still needed' if held else 'is no longer needed'}: it has sealed {held} secrets."
        )
    unknown = {key_id: held for key_id, held in report.by_key.items() if key_id not in sealer.key_ids}
    said += [f"Key {key_id} is missing: it has sealed {held} secrets." for key_id, held in unknown.items()]
    if report.broken:
        said.append(f"{report.broken} secrets could not be opened. Add the missing key, or set the endpoint again.")
    return said


def command(settings: Settings) -> int:
    """``python -m agency_notify reseal``: 0 when everything is sealed with the first key, 1 when something is not."""
    sealer = settings.sealer()
    report = asyncio.run(_reseal(settings, sealer))
    sys.stdout.writelines(f"{line}\n" for line in lines_of(report, sealer))
    return BROKEN if report.broken else GOOD


async def _reseal(settings: Settings, sealer: Sealer) -> Report:
    db = Database.connect(settings.database_url)
    try:
        return await reseal(db, sealer)
    finally:
        await db.close()

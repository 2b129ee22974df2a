"""An operator discards a message while earlier versions wait: those must not be lost without a word."""

from typing import Final
from uuid import UUID

from chassis.delivery import requests
from chassis.delivery.consumer import Consumer
from chassis.delivery.requests import Act, EarlierWait, Filter
from chassis.ids import RandomIds
from local_stack.stack import Stack
from tests.chaos.delivered import Foreign
from tests.chaos.neighbours import Faulty
from tests.chaos.planted import Bug, plant
from tests.chaos.rig import OWNER, READER, Finding, Rig, at_work, eventually, rig

VERSIONS: Final = 3
DISCARD: Final = Act.discard(reason="Nobody needs it", by="operator-1")
RELEASE: Final = Act.release(reason="The reader is mended", by="operator-1")

_WAITING: Final = "SELECT id FROM parked WHERE settled_at IS NULL ORDER BY version"
_LAST: Final = f"SELECT event_id, version FROM event WHERE version = {VERSIONS}"  # a constant


async def run(stack: Stack, bug: Bug | None) -> Finding:
    """The last of three waiting versions is discarded, then the reader is mended and what waits is released."""
    ids = RandomIds()
    case_id, referral_id = ids.new(), ids.new()
    faulty = Faulty(referral_id)
    with plant(bug):
        async with rig(stack) as on, at_work(on.relay().run, on.readers_relay().run, on.sequencer().run):
            reader = on.consumer(Consumer, "audit", faulty)
            async with at_work(reader.run):
                await _record(on, case_id, referral_id)
                await eventually("every version to wait", lambda: _wait(on, VERSIONS))
                discarded = await _discard_last(on)
                faulty.mended = True
                await _release(on)
                given_up = [tuple(row) for row in await on.rows(OWNER, _LAST)] if discarded else []
                violations = await on.verdict(Foreign(given_up=given_up))
    return Finding(violations, "discarded" if discarded else "discard refused")


async def _record(on: Rig, case_id: UUID, referral_id: UUID) -> None:
    async with on.owner.transaction() as tx:
        for _ in range(VERSIONS):
            await on.record(tx, case_id, referral_id=referral_id)
    await on.until_sent(VERSIONS)


async def _wait(on: Rig, count: int) -> bool:
    return len(await on.rows(READER, _WAITING)) == count


async def _discard_last(on: Rig) -> bool:
    """True when the reader was asked to; it has done so before this returns."""
    last = (await on.rows(READER, _WAITING))[-1]["id"]
    try:
        async with on.reader.transaction() as tx:
            await requests.ask(tx, Filter(id=last), DISCARD)
    except EarlierWait:
        return False
    await eventually("the discard to be carried out", lambda: _is_gone(on, last))
    return True


async def _is_gone(on: Rig, parked_id: int) -> bool:
    return parked_id not in [row["id"] for row in await on.rows(READER, _WAITING)]


async def _release(on: Rig) -> None:
    waiting = await on.rows(READER, _WAITING)
    if waiting:
        async with on.reader.transaction() as tx:
            await requests.ask(tx, Filter(id=waiting[0]["id"]), RELEASE)

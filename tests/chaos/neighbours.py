"""Our code fails on one message: while it waits for its next try, everything that was read beside it takes effect."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from audit.handlers import on_events
from chassis.db import Transaction
from chassis.delivery.consumer import Consumer
from chassis.delivery.messages import Message
from chassis.ids import RandomIds
from chassis.testing.clock import SettableClock
from local_stack.stack import Stack
from tests.chaos.delivered import Foreign
from tests.chaos.planted import Bug, plant
from tests.chaos.rig import READER, DidNotHappen, Finding, Rig, at_work, eventually, rig

NEIGHBOURS: Final = 20

_HELD: Final = "SELECT count(*) FROM parked WHERE next_try_at IS NOT NULL AND error_class = 'ZeroDivisionError'"


class Faulty:
    """The log's handler with a fault that one referral meets, until it is mended."""

    def __init__(self, referral_id: UUID) -> None:
        self._referral_id = referral_id
        self.mended = False

    async def __call__(self, tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
        met = any(message.envelope.correlation_id == self._referral_id for message in messages)
        if met and not self.mended:
            raise ZeroDivisionError
        await on_events(tx, messages, now)


async def run(stack: Stack, bug: Bug | None) -> Finding:
    """The reader's clock stands still, so that nothing is tried again: what does not flow then was taken down."""
    failing = RandomIds().new()
    with plant(bug):
        async with rig(stack) as on, at_work(on.relay().run, on.sequencer().run):
            await _record(on, failing)
            reader = on.consumer(Consumer, "audit", Faulty(failing), clock=SettableClock(on.clock.now()))
            async with at_work(reader.run):
                await eventually("the failing message to be held", lambda: _is_held(on))
                violations = await on.verdict(Foreign(keys=[str(failing).encode()]))
            held = (await on.rows(READER, _HELD))[0][0]
    if not held:
        raise DidNotHappen("nothing was held")
    return Finding(violations, f"{held} held")


async def _record(on: Rig, failing: UUID) -> None:
    """All of it before the reader begins, so that it is read as one batch."""
    ids = RandomIds()
    referrals = [*(ids.new() for _ in range(NEIGHBOURS // 2)), failing, *(ids.new() for _ in range(NEIGHBOURS // 2))]
    async with on.owner.transaction() as tx:
        for referral_id in referrals:
            await on.record(tx, ids.new(), referral_id=referral_id)
    await on.until_sent(len(referrals))


async def _is_held(on: Rig) -> bool:
    return bool((await on.rows(READER, _HELD))[0][0])

"""An instance is paused, another takes its partitions over, and the first wakes up and goes on with what it had read.

Both are the real consumer under a group name of its own, so that Kafka gives each every partition: what it takes a
session timeout to bring about happens at once, and the pause is where we want it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from prometheus_client import REGISTRY

from audit.handlers import on_events
from chassis.db import Transaction
from chassis.delivery.applying import Batch
from chassis.delivery.attempts import Attempts
from chassis.delivery.consumer import Consumer
from chassis.delivery.messages import BatchHandler, Message
from chassis.ids import RandomIds
from chassis.tasks import Stop
from contracts.topics import TRIAGE
from local_stack.stack import Stack
from tests.chaos.planted import Bug, plant
from tests.chaos.rig import EVENT_SECONDS, READER, DidNotHappen, Finding, Rig, at_work, eventually, rig

CASES: Final = 20

_WAITING_FOR_A_LOCK: Final = f"SELECT FROM pg_stat_activity WHERE datname = '{READER}' AND wait_event_type = 'Lock'"


class Moment(StrEnum):
    """Where the zombie was paused."""

    BEFORE = "before its transaction"
    AMID = "inside its transaction"


class Pause:
    """Holds everything that comes until it is over."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._over = asyncio.Event()

    async def hold(self) -> None:
        """Say that somebody is here, and wait."""
        self._begun.set()
        await self._over.wait()

    async def begun(self) -> None:
        """Wait until somebody is held. Raises ``TimeoutError``."""
        await asyncio.wait_for(self._begun.wait(), EVENT_SECONDS)

    def end(self) -> None:
        """Let everybody go on."""
        self._over.set()

    def amid(self, handler: BatchHandler) -> BatchHandler:
        """The handler, held after versions were read and before anything is written."""

        async def held(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
            await self.hold()
            await handler(tx, messages, now)

        return held


class Instance(Consumer):
    """The real consumer; it can be paused before it applies what it has read, and says when its first batch is done."""

    def prepare(self, before: Pause | None) -> asyncio.Event:
        """Pause there, if anywhere. The event is set when the first batch is done with."""
        self._before = before
        self._done = asyncio.Event()
        return self._done

    async def _apply(self, attempts: Attempts, batch: Batch, stop: Stop) -> None:
        if self._before is not None:
            await self._before.hold()
        await super()._apply(attempts, batch, stop)
        self._done.set()


async def before(stack: Stack, bug: Bug | None) -> Finding:
    """The zombie wakes when its successor has committed."""
    return await _run(stack, bug, Moment.BEFORE)


async def amid(stack: Stack, bug: Bug | None) -> Finding:
    """The zombie wakes inside its transaction, having read which versions are in effect before its successor did."""
    return await _run(stack, bug, Moment.AMID)


async def _run(stack: Stack, bug: Bug | None, moment: Moment) -> Finding:
    with plant(bug):
        async with rig(stack) as on, at_work(on.relay().run, on.sequencer().run):
            await _record(on)
            before = _Counts()
            await _overlap(on, moment)
            violations = await on.verdict()
    said = before.since()
    if not violations and not said:
        raise DidNotHappen("the zombie met neither fence nor versions and still did no harm")
    return Finding(violations, said)


async def _record(on: Rig) -> None:
    ids = RandomIds()
    async with on.owner.transaction() as tx:
        await on.record(tx, *(ids.new() for _ in range(CASES)), referral_id=ids.new())
    await on.until_sent(CASES)


async def _overlap(on: Rig, moment: Moment) -> None:
    """Both have read the same batch; the zombie is paused, its successor goes as far as it can, the zombie wakes."""
    asleep, waiting = Pause(), Pause()
    zombie = on.consumer(Instance, "audit", asleep.amid(on_events) if moment is Moment.AMID else on_events)
    successor = on.consumer(Instance, "audit-successor", on_events)
    zombie_done = zombie.prepare(asleep if moment is Moment.BEFORE else None)
    successor_done = successor.prepare(waiting)
    async with at_work(successor.run, zombie.run):
        try:
            await asyncio.gather(waiting.begun(), asleep.begun())
            waiting.end()
            await eventually("the successor to be done or held up", partial(_done_or_held_up, on, successor_done))
            asleep.end()
            await asyncio.wait_for(asyncio.gather(zombie_done.wait(), successor_done.wait()), EVENT_SECONDS)
        finally:
            waiting.end()
            asleep.end()


async def _done_or_held_up(on: Rig, done: asyncio.Event) -> bool:
    return done.is_set() or bool(await on.rows(READER, _WAITING_FOR_A_LOCK))


class _Counts:
    """What delivery's own counters say happened since."""

    def __init__(self) -> None:
        self._then = _counted()

    def since(self) -> str:
        fenced, repeated = (int(now - then) for now, then in zip(_counted(), self._then, strict=True))
        parts = [f"{fenced} batch fenced"] if fenced else []
        return ", ".join([*parts, *([f"{repeated} repeats dropped by version"] if repeated else [])])


def _counted() -> tuple[float, float]:
    fenced = REGISTRY.get_sample_value("frontdoor_batches_fenced_total")
    repeated = REGISTRY.get_sample_value("frontdoor_messages_repeated_total", {"topic": TRIAGE.name})
    return fenced or 0.0, repeated or 0.0

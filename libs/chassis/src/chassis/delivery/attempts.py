"""Trying a batch until it has taken effect: what failed decides what is tried next, and nothing is ever skipped."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.delivery import failures, halts
from chassis.delivery.applying import Batch, BatchState, Fenced, NeedsCare, apply, hold
from chassis.delivery.failures import Failure
from chassis.delivery.messages import Subscriptions
from chassis.tasks import Stop

BACKOFF_SECONDS: Final = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)
SUSPICIONS: Final = 2
"""So often a batch fails as a whole before the message that it fails on is looked for."""
FLOOD: Final = 50
"""So many messages in a row may be wrong before we assume that the fault is ours, and reading halts."""

log = telemetry.logger(__name__)

Wait = Callable[[float], Awaitable[object]]
"""Lets some seconds pass, fewer when asked to stop."""


class Ended(Enum):
    """What became of a batch."""

    APPLIED = auto()
    HALTED = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Streak:
    """What was wrong since the last message that took effect, by reason."""

    wrong: Counter[str] = field(default_factory=Counter)
    tolerated: int = 0
    """How many more than ``FLOOD`` an operator lets pass."""

    @property
    def is_flood(self) -> bool:
        """Whether reading has to halt."""
        return self.wrong.total() > FLOOD + self.tolerated

    def after(self, wrong: Counter[str], *, had_effect: bool) -> "Streak":
        """The streak when a batch is done; a message that takes effect ends it, and what was tolerated in it."""
        return Streak(wrong) if had_effect else replace(self, wrong=self.wrong + wrong)


class Attempts:
    """Contract.

    - What the database is to blame for: the same batch again, after a pause that grows to five seconds, for as long as
      it takes. Nothing is held, parked or skipped for it.
    - A message that is wrong: the batch again, each message behind a savepoint; that one is parked.
    - Any other failure, after which the database answers: when the batch has failed twice, the message it fails on is
      found behind savepoints and held.
    - When even that fails, at COMMIT, where no savepoint reaches: each record in a transaction of its own; the one
      that fails alone, twice, is held without being handled again.
    - In every case messages behind the one that failed stay in their key's order, and other keys flow.
    """

    def __init__(self, db: Database, subscriptions: Subscriptions, clock: Clock, *, wait: Wait) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._clock = clock
        self._wait = wait
        self._streak = Streak()

    def tolerate(self, count: int) -> None:
        """Begin to count wrong messages again, and let so many more than usual pass in a row."""
        self._streak = Streak(tolerated=count)

    async def apply(self, batch: Batch, stop: Stop) -> Ended:
        """Make a batch take effect, however often that has to be tried. Raises ``Fenced``."""
        careful, suspicions, pauses = False, 0, 0
        while not stop.is_set():
            try:
                return await self._once(batch, careful=careful)
            except NeedsCare:
                careful = True
            except Fenced:
                raise
            except Exception as error:
                if await failures.is_of_the_database(error, self._db):
                    await self._pause(error, pauses)
                    pauses += 1
                elif careful:
                    return await self._one_by_one(batch, stop)
                else:
                    _warn("batch failed, trying again", error)
                    suspicions += 1
                    careful = suspicions >= SUSPICIONS
        return Ended.STOPPED

    async def _one_by_one(self, batch: Batch, stop: Stop) -> Ended:
        """Each record in a transaction of its own: what commits is done, and what fails can only be itself."""
        log.warning("batch failed with care, applying its records one by one")
        position = dict(batch.start)
        for record in batch.records:
            at = (record.topic, record.partition)
            single = Batch([record], {at: position[at]}, {at: record.offset + 1})
            ended = await self._single(single, stop)
            if ended is not Ended.APPLIED:
                return ended
            position[at] = record.offset + 1
        return Ended.APPLIED

    async def _single(self, batch: Batch, stop: Stop) -> Ended:
        failure: Failure | None = None
        suspicions, pauses = 0, 0
        while not stop.is_set():
            try:
                return await (self._once(batch, careful=True) if failure is None else self._hold(batch, failure))
            except Fenced:
                raise
            except Exception as error:
                if failure is not None or await failures.is_of_the_database(error, self._db):
                    await self._pause(error, pauses)
                    pauses += 1
                    continue
                suspicions += 1
                failure = failures.describe(error) if suspicions >= SUSPICIONS else None
        return Ended.STOPPED

    async def _once(self, batch: Batch, *, careful: bool) -> Ended:
        async with self._db.transaction() as tx:
            now = self._clock.now()
            state: BatchState = await apply(tx, batch, self._subscriptions, now=now, careful=careful)
            streak = await self._count(tx, state.wrong, had_effect=state.had_effect)
        return self._note(streak)

    async def _hold(self, batch: Batch, failure: Failure) -> Ended:
        async with self._db.transaction() as tx:
            wrong = await hold(tx, batch, failure, now=self._clock.now())
            streak = await self._count(tx, wrong, had_effect=False)
        return self._note(streak)

    async def _count(self, tx: Transaction, wrong: Counter[str], *, had_effect: bool) -> Streak:
        """A flood halts reading in the transaction that parks what was found: nothing of it is found again."""
        streak = self._streak.after(wrong, had_effect=had_effect)
        if streak.is_flood:
            await halts.begin(tx, streak.wrong, now=self._clock.now())
        return streak

    def _note(self, streak: Streak) -> Ended:
        """Only what was committed counts."""
        self._streak = Streak() if streak.is_flood else streak
        if not streak.is_flood:
            return Ended.APPLIED
        log.error("too many wrong messages in a row, reading halted", count=streak.wrong.total())
        return Ended.HALTED

    async def _pause(self, error: Exception, pauses: int) -> None:
        _warn("the database failed, trying the same batch again", error)
        await self._wait(BACKOFF_SECONDS[min(pauses, len(BACKOFF_SECONDS) - 1)])


def _warn(message: str, error: Exception) -> None:
    failure = failures.describe(error)
    log.warning(message, error=failure.error_class, error_at=failure.place)

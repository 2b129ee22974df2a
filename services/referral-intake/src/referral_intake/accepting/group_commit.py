"""Group commit: callers that arrive together share one transaction, and each is answered after it has committed."""

import asyncio
import contextvars
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram

from chassis import telemetry
from contracts.problems import Problem, Unavailable
from referral_intake.accepting.fair_queue import CROWD, Crowd, FairQueue
from referral_intake.errors import NotConfirmed, TooBusy

Item = TypeVar("Item")
Ready = TypeVar("Ready")
Result = TypeVar("Result")

Prepare = Callable[[Sequence[Item]], Sequence[Ready | Exception]]
"""Judges items and makes what is to be written for each; does no I/O.

What stops an item stands in its place, and its caller is told. MUST NOT raise.
"""

Commit = Callable[[Sequence[Ready]], Awaitable[Sequence[Result | Problem]]]
"""Writes what is ready in one transaction of its own and commits it; returns, in the same order, each one's result.

A ``Problem`` among the results is raised to that item's caller alone. MUST NOT return before COMMIT has.
"""

log = telemetry.logger(__name__)
batch_size: Final = Histogram(
    "frontdoor_group_commit_size", "Items that shared a transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128)
)
urgent_waiting: Final = Gauge("frontdoor_emergencies_waiting", "Emergencies that wait to be written")
alone_total: Final = Counter("frontdoor_group_commit_alone", "Items tried again alone because their batch failed")


@dataclass(frozen=True)
class Limits:
    """How much may share a transaction, how long it waits for company, and how long a caller waits for it.

    ``weight`` is how heavy the ordinary items of a batch may be together, and the urgent ones again as much. An item
    that is heavier goes without others of its kind. ``pending`` ordinary ones may wait, and ``urgent`` says how many
    others.
    """

    size: int = 64
    weight: int = 2**19
    wait_seconds: float = 0.0
    lanes: int = 2
    pending: int = 2_000
    urgent: Crowd = CROWD
    answer_seconds: float = 20.0


@dataclass(frozen=True, eq=False)
class _Waiting(Generic[Item, Result]):
    item: Item
    weight: int
    outcome: "asyncio.Future[Result | Exception]"


class GroupCommit(Generic[Item, Ready, Result]):
    """Contract.

    - A batch's items are prepared together just before it is written, so that the processor has the rules at hand:
      prepared as they come in, between one another's sign-ins and forms, they take twice as long.
    - A caller gets its result only after the transaction that wrote its item has committed.
    - A batch that fails, even a batch of one, is tried again one item at a time, each prepared again, so that an item
      that cannot be written fails alone. When the database itself is away (``Unavailable``) nobody is tried again:
      everybody is told.
    - A caller that goes away, or whose patience ends, while its item waits leaves at once, and the item with it. An
      item that is in a batch is written all the same.
    - While nothing else is being committed a batch leaves at once; otherwise it waits, at most ``wait_seconds``,
      for company. At most ``pending`` items wait; one more is refused with ``TooBusy`` and not taken.
    - An urgent item goes with the next batch, no matter who waits longer. Only so many of those wait, too (``urgent``);
      one more is refused with ``TooBusy``. Others still go on: an eighth of every batch is theirs.
    - Owners have their turns one after the other, urgent or not: nobody waits for all that another has sent. One heavy
      batch is under way at a time, so that another lane is there for anyone who sends less.
    """

    def __init__(
        self, prepare: "Prepare[Item, Ready]", commit: "Commit[Ready, Result]", limits: Limits | None = None
    ) -> None:
        self._prepare = prepare
        self._commit = commit
        self._limits = limits or Limits()
        self._pending: FairQueue[_Waiting[Item, Result]] = FairQueue()
        self._urgent: FairQueue[_Waiting[Item, Result]] = FairQueue()
        self._running: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._heavy = False
        urgent_waiting.set_function(lambda: len(self._urgent))

    async def submit(self, item: Item, *, owner: str = "", weight: int = 0, urgent: bool = False) -> Result:
        """The item's result, once it is committed. Raises its ``Problem``, or what went wrong with its transaction."""
        queue = self._urgent if urgent else self._pending
        self._check_place(owner, urgent=urgent)
        loop = asyncio.get_running_loop()
        waiting: _Waiting[Item, Result] = _Waiting(item, weight, loop.create_future())
        queue.add(owner, waiting)
        self._depart()
        patience = loop.call_later(self._limits.answer_seconds, _give_up, waiting)
        try:
            outcome = await waiting.outcome
        finally:
            patience.cancel()
            queue.remove(owner, waiting)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _check_place(self, owner: str, *, urgent: bool) -> None:
        if urgent:
            self._limits.urgent.check(owner, self._urgent)
        elif len(self._pending) >= self._limits.pending:
            raise TooBusy

    async def drain(self) -> None:
        """Wait until everything that was submitted is committed or has failed."""
        while self._running:
            await asyncio.wait(self._running)

    def _depart(self) -> None:
        if len(self._running) < self._limits.lanes and self._somebody_may_go():
            # A context of its own: the batch is nobody's request, so it must not borrow the first one's trace.
            task = asyncio.get_running_loop().create_task(self._carry(), context=contextvars.Context())
            self._running.add(task)
            task.add_done_callback(self._arrive)

    def _arrive(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._depart()

    async def _carry(self) -> None:
        if len(self._running) > 1 and self._waits() < self._limits.size:
            await asyncio.sleep(self._limits.wait_seconds)
        taken = self._take()
        heavy = any(waiting.weight > self._limits.weight for waiting in taken)
        self._under_way += len(taken)
        self._heavy = self._heavy or heavy
        self._depart()
        try:
            await self._settle(self._prepared(taken))
        finally:
            self._under_way -= len(taken)
            self._heavy = self._heavy and not heavy

    async def _settle(self, batch: "Batch[Item, Result, Ready]") -> None:
        if not batch:
            return
        batch_size.observe(len(batch))
        error = await self._write(batch)
        if error is None:
            return
        if isinstance(error, Unavailable):
            _answer([waiting for waiting, _ in batch], [error] * len(batch))
            return
        log.warning("batch failed, trying again one by one", error=type(error).__name__, count=len(batch))
        await self._write_singly([waiting for waiting, _ in batch])

    def _waits(self) -> int:
        return len(self._urgent) + len(self._pending)

    def _share(self) -> int:
        """How many the next batch takes: half of those who are here, waiting or under way.

        So one batch is prepared while another is written: callers who all travelled together would come back
        together, and find nobody at work meanwhile.
        """
        here = self._waits() + self._under_way
        return min(self._waits(), self._limits.size, math.ceil(here / 2))

    def _take(self) -> "list[_Waiting[Item, Result]]":
        """Urgent ones, but for an eighth; anyone who sends them without end does not keep all others waiting."""
        share = self._share()
        urgent = self._fill(self._urgent, share - min(share // 8, len(self._pending)))
        return urgent + self._fill(self._pending, share - len(urgent))

    def _somebody_may_go(self) -> bool:
        return any(queue and self._next(queue) is not None for queue in (self._urgent, self._pending))

    def _fill(self, queue: "FairQueue[_Waiting[Item, Result]]", most: int) -> "list[_Waiting[Item, Result]]":
        taken: list[_Waiting[Item, Result]] = []
        weight = 0
        while queue and len(taken) < most and (owner := self._next(queue, weight)) is not None:
            waiting = queue.pop(owner)
            if not waiting.outcome.done():  # else it has just given up
                taken.append(waiting)
                weight += waiting.weight
        return taken

    def _next(self, queue: "FairQueue[_Waiting[Item, Result]]", weight: int = 0) -> str | None:
        """Whose turn it is to come into a batch of this weight."""

        def fits(owner: str) -> bool:
            following = queue.peek(owner).weight
            return weight + following <= self._limits.weight or (not weight and not self._heavy)

        return queue.next_owner(fits)

    def _prepared(self, taken: "Sequence[_Waiting[Item, Result]]") -> "Batch[Item, Result, Ready]":
        """What can be written; the callers of the others are told why not."""
        batch: Batch[Item, Result, Ready] = []
        for waiting, ready in zip(taken, self._prepare([waiting.item for waiting in taken]), strict=True):
            if isinstance(ready, Exception):
                _answer([waiting], [ready])
            else:
                batch.append((waiting, ready))
        return batch

    async def _write_singly(self, taken: "Sequence[_Waiting[Item, Result]]") -> None:
        """Each prepared again: what was made by chance, and stood in the way, is made differently."""
        for waiting in taken:
            for again in self._prepared([waiting]):
                alone_total.inc()
                error = await self._write([again])
                if error is not None:
                    _answer([waiting], [error])

    async def _write(self, batch: "Batch[Item, Result, Ready]") -> Exception | None:
        """Commit and answer; or return what went wrong with the transaction, with nobody answered yet."""
        try:
            results = await self._commit([ready for _, ready in batch])
        except Exception as error:
            return error
        _answer([waiting for waiting, _ in batch], results)
        return None


Batch = list[tuple[_Waiting[Item, Result], Ready]]


def _answer(batch: "Sequence[_Waiting[Item, Result]]", outcomes: "Sequence[Result | Exception]") -> None:
    """Interleaving prevented: a caller went away, or lost patience, while its batch was being written."""
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if not waiting.outcome.done():
            waiting.outcome.set_result(outcome)


def _give_up(waiting: "_Waiting[Item, Result]") -> None:
    _answer([waiting], [NotConfirmed()])

"""A few places for work of which only so much is done at once: emergencies first, and partners in turn."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from referral_intake.accepting.fair_queue import CROWD, Crowd, FairQueue
from referral_intake.errors import TooBusy

Turn = asyncio.Future[None]


@dataclass(frozen=True)
class TurnLimits:
    """``places`` for all, of which one owner has at most ``each``; how many urgent ones wait, and how many others."""

    places: int
    each: int
    urgent: Crowd = CROWD
    pending: int = 2_000


class Turns:
    """Contract.

    - One owner never has every place, so that somebody else's turn comes at once, however long its own work takes.
    - Urgent ones have their turn before all others, and owners have theirs in turn.
    - Anyone who stops waiting leaves at once. What may not wait is refused with ``TooBusy``.
    """

    def __init__(self, limits: TurnLimits) -> None:
        self._limits = limits
        self._free = limits.places
        self._working: Counter[str] = Counter()
        self._urgent: FairQueue[Turn] = FairQueue()
        self._others: FairQueue[Turn] = FairQueue()

    async def enter(self, owner: str, *, urgent: bool = False) -> None:
        """Wait for a place. ``leave`` MUST be called afterwards, and only if this returned. Raises ``TooBusy``."""
        queue = self._urgent if urgent else self._others
        self._check(owner, urgent=urgent)
        turn: Turn = asyncio.get_running_loop().create_future()
        queue.add(owner, turn)
        self._call()
        try:
            await turn
        except asyncio.CancelledError:
            queue.remove(owner, turn)
            if turn.done() and not turn.cancelled():  # it was called, and stopped waiting at the same moment
                self.leave(owner)
            raise

    def leave(self, owner: str) -> None:
        """Give the place back."""
        self._working[owner] -= 1
        if not self._working[owner]:
            del self._working[owner]
        self._free += 1
        self._call()

    def _check(self, owner: str, *, urgent: bool) -> None:
        if urgent:
            self._limits.urgent.check(owner, self._urgent)
        elif len(self._others) >= self._limits.pending:
            raise TooBusy

    def _call(self) -> None:
        while self._free and (turn := self._next()) is not None:
            turn.set_result(None)

    def _next(self) -> Turn | None:
        """Interleaving met: somebody gave up, and has had no chance yet to take its turn out of the queue."""
        for queue in (self._urgent, self._others):
            while (owner := queue.next_owner(self._may)) is not None:
                turn = queue.pop(owner)
                if not turn.cancelled():
                    self._free -= 1
                    self._working[owner] += 1
                    return turn
        return None

    def _may(self, owner: str) -> bool:
        return self._working[owner] < self._limits.each

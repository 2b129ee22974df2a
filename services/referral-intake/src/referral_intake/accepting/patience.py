"""How long callers wait: one timer for all, because thousands come in a second."""

import asyncio
from collections.abc import Callable
from typing import Any


class Patience:
    """Contract.

    - Whoever still waits after ``seconds`` is given what ``ended`` makes, once. All have the same patience, so they
      lose it in the order in which they began to wait, and only the first of them is watched.
    - Nothing is kept of whoever waits no more.
    """

    def __init__(self, seconds: float, ended: Callable[[], Exception]) -> None:
        self._seconds = seconds
        self._ended = ended
        self._ends: dict[asyncio.Future[Any], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, outcome: "asyncio.Future[Any]") -> None:
        """Somebody waits for this from now on; ``end`` MUST be called afterwards."""
        loop = outcome.get_loop()
        self._ends[outcome] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look, loop)

    def end(self, outcome: "asyncio.Future[Any]") -> None:
        """Nobody waits for it any more."""
        del self._ends[outcome]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        for outcome, ends in self._ends.items():
            if ends > loop.time():
                self._timer = loop.call_at(ends, self._look, loop)
                return
            if not outcome.done():
                outcome.set_result(self._ended())

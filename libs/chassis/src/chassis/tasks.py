"""What a worker runs: named tasks that all end when one signal is given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any


class Stop:
    """Set once; everybody who waits is woken."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Ask everybody to finish what they hold and return."""
        self._event.set()

    def is_set(self) -> bool:
        """True once asked to stop."""
        return self._event.is_set()

    async def wait(self, timeout_seconds: float | None = None) -> bool:
        """Pause, but not past a stop. True when asked to stop."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True


class Pace:
    """How long to pause between two looks: short while there is work, longer and longer while there is none."""

    def __init__(self, shortest_seconds: float, longest_seconds: float) -> None:
        self._shortest = self._next = shortest_seconds
        self._longest = longest_seconds

    def hurry(self) -> None:
        """There was something to do, so more may come soon."""
        self._next = self._shortest

    def pause_seconds(self) -> float:
        """The pause to make now. Each is twice the one before, up to the longest."""
        pause = self._next
        self._next = min(2 * pause, self._longest)
        return pause


Task = Callable[[Stop], Coroutine[Any, Any, None]]
"""Runs until the stop is set. Returning before, or raising, ends the worker."""


@asynccontextmanager
async def repeating(work: Callable[[], Awaitable[None]], *, every_seconds: float) -> AsyncIterator[None]:
    """Do some ``work`` before the block begins, and again and again while it lasts. The work MUST NOT raise."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(every_seconds)
            await work()

    await work()
    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

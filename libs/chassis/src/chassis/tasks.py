"""What a worker runs: named tasks that all end when one signal is given, and that wait for a reason to look."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any


class Stop:
    """Set once; everybody who waits is woken."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._waiting: set[asyncio.Event] = set()

    def set(self) -> None:
        """Ask everybody to finish what they hold and return."""
        self._event.set()
        for event in self._waiting:
            event.set()

    @contextmanager
    def waking(self, event: asyncio.Event) -> Iterator[None]:
        """Set ``event`` too, when asked to stop while the block lasts or before."""
        self._waiting.add(event)
        if self.is_set():
            event.set()
        try:
            yield
        finally:
            self._waiting.discard(event)

    def is_set(self) -> bool:
        """True once asked to stop."""
        return self._event.is_set()

    async def wait(self, timeout_seconds: float | None = None) -> bool:
        """Pause, but not past a stop. True when asked to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), timeout_seconds)
        return self.is_set()  # a wait of no time at all ends without having looked


class Hint:
    """Says to one loop that there may be something to do. One that is given while the loop works is kept for its wait.

    A hint may be lost on its way. The loop MUST look by itself when a bounded time has passed.
    The first hint after a quiet time is heard at once. Between two wakings are at least ``gather_seconds``, so that
    what comes one by one and quickly is worked on together: a turn costs about the same for one thing and for many.
    """

    def __init__(self, gather_seconds: float = 0.0) -> None:
        self._event = asyncio.Event()
        self._gather_seconds = gather_seconds
        self._woken_at = -gather_seconds

    def give(self) -> None:
        """Look now, or once more when you have looked."""
        self._event.set()

    async def wait(self, stop: Stop, seconds: float) -> bool:
        """Pause for so many seconds, but not past a hint nor a stop. False when the time has passed."""
        await self.gather(stop)
        with stop.waking(self._event), suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._event.wait()
        given = self._event.is_set()
        self._event.clear()
        self._woken_at = asyncio.get_running_loop().time()
        return given

    def hurry(self) -> None:
        """There is enough already: the next waking needs no time to gather."""
        self._woken_at = -self._gather_seconds

    async def gather(self, stop: Stop) -> None:
        """Let more come, when the last waking was just now; but not past a stop."""
        left = self._woken_at + self._gather_seconds - asyncio.get_running_loop().time()
        if left > 0:
            await stop.wait(left)


class Pace:
    """How long to pause between two tries: each time longer, until one succeeds."""

    def __init__(self, shortest_seconds: float, longest_seconds: float) -> None:
        self._shortest = self._next = shortest_seconds
        self._longest = longest_seconds

    def hurry(self) -> None:
        """One succeeded: begin with the shortest again."""
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

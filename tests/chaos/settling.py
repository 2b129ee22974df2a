"""Waiting for as long as anything moves: a loaded machine is slow, and slow is not lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

STILL_SECONDS: Final = 60.0
MOST_SECONDS: Final = 1800.0
ASK_SECONDS: Final = 0.5


class Patience:
    """Ends when nothing has moved for ``still_seconds``."""

    def __init__(self, *, still_seconds: float = STILL_SECONDS) -> None:
        self._still_seconds = still_seconds
        self._moved_at = asyncio.get_running_loop().time()

    def moved(self) -> None:
        """Something was done: it begins again."""
        self._moved_at = asyncio.get_running_loop().time()

    @property
    def ended(self) -> bool:
        """Whether nothing has moved for so long that nothing will."""
        return asyncio.get_running_loop().time() - self._moved_at > self._still_seconds


async def until(
    done: Callable[[], Awaitable[bool]],
    progress: Callable[[], Awaitable[object]],
    *,
    still_seconds: float = STILL_SECONDS,
    most_seconds: float = MOST_SECONDS,
) -> bool:
    """Wait until it is done. False when ``progress`` was the same for ``still_seconds``, or went on for too long.

    What goes on and on without an end is a fault too: two services that answer one another for ever.
    """
    patience, last = Patience(still_seconds=still_seconds), await progress()
    began = asyncio.get_running_loop().time()
    while not await done():
        now = await progress()
        if now != last:
            patience.moved()
        if patience.ended or asyncio.get_running_loop().time() - began > most_seconds:
            return False
        last = now
        await asyncio.sleep(ASK_SECONDS)
    return True

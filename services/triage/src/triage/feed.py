"""The feed of changes: what changed in a partnership's queue, in ids and codes, to all of its staff who watch it."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from chassis.notifications import Notifications
from chassis.tasks import repeating
from contracts.problems import Problem

MOST_IN_ALL: Final = 500
"""So many may watch one process at once: more than a partnership has staff."""
MOST_OF_ONE: Final = 6
"""So many windows one person may watch in."""
MOST_WAITING: Final = 200
"""So many changed cases wait for a slow reader; with more it is asked to read the queue again."""
LOOK_FOR_END_SECONDS: Final = 0.5

Change = Mapping[str, Any]


class TooManyWatching(Problem):
    """Every place of this person, or of this process, is taken."""

    slug, title, status = "too-many-watching", "The queue is open in too many windows to keep them all up to date", 429

    def __init__(self) -> None:
        super().__init__("Close a window, or read the queue again when you need it.", headers={"Retry-After": "30"})


@dataclass
class Watcher:
    """What waits to be said to one reader: changed cases, each once; or that it reads the queue again."""

    subject: str
    partnership: str
    reads_again: bool = True
    ended: bool = False
    changes: dict[str, Change] = field(default_factory=dict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, change: Change | None) -> None:
        """A case changed; None: nobody knows what did."""
        if change is None or len(self.changes) >= MOST_WAITING:
            self.reads_again = True
            self.changes.clear()
        elif not self.reads_again:
            self.changes[change["case_id"]] = change
        self.woken.set()

    def end(self) -> None:
        """Nothing will be said any more."""
        self.ended = True
        self.woken.set()

    async def wait(self, seconds: float) -> bool:
        """Whether there was something to say before the time was over."""
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return False
        self.woken.clear()
        return True

    def drain(self) -> list[Change] | None:
        """What changed; None: read the queue again."""
        changes, reads_again = list(self.changes.values()), self.reads_again
        self.changes.clear()
        self.reads_again = False
        return None if reads_again else changes


class Feed:
    """Contract.

    - Anyone who watches learns of every change that was committed after the watching began, or is asked to read again.
    - A reader that is slow costs a bounded memory, and one person and all together have a bounded number of places.
    - It says case ids, versions and codes only, and only those of the reader's own partnership.
    """

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications
        self._watchers: list[Watcher] = []

    @asynccontextmanager
    async def running(self, is_draining: Callable[[], bool]) -> AsyncIterator[None]:
        """Listen while the block lasts. When the process is asked to end, so is everybody who watches."""

        async def end_when_draining() -> None:
            if is_draining():
                self.end()

        async with (
            self._notifications.heard_by(self.hear),
            repeating(end_when_draining, every_seconds=LOOK_FOR_END_SECONDS),
        ):
            yield
        self.end()

    @contextmanager
    def watched_by(self, subject: str, partnership: str) -> Iterator[Watcher]:
        """A place in the feed while the block lasts. Raises ``TooManyWatching``."""
        taken = Counter(watcher.subject for watcher in self._watchers)
        if len(self._watchers) >= MOST_IN_ALL or taken[subject] >= MOST_OF_ONE:
            raise TooManyWatching
        watcher = Watcher(subject, partnership)
        self._watchers.append(watcher)
        try:
            yield watcher
        finally:
            self._watchers.remove(watcher)

    def hear(self, payload: str | None) -> None:
        """What the database notifies; None when something may have been missed."""
        change = json.loads(payload) if payload is not None else None
        for watcher in self._watchers:
            if change is None:
                watcher.add(None)
            elif change["partnership"] == watcher.partnership:
                watcher.add({name: value for name, value in change.items() if name != "partnership"})

    def end(self) -> None:
        """Let everybody go."""
        for watcher in self._watchers:
            watcher.end()

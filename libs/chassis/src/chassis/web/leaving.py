"""Clients that go away while they wait: they are known of at once, and wait for nothing any more."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

from contracts.problems import Problem

GONE: Final = "frontdoor.gone"
"""Where in the scope a request leaves what is to be called when its connection is lost."""


class ClientGone(Problem):
    """Nobody reads this."""

    slug, title, status = "client-gone", "The client went away before it was answered", 499


class while_connected:  # noqa: N801  # reads as what it does
    """What the block waits for is cancelled when the client goes away. Raises ``ClientGone`` then.

    For waiting in a queue, and for nothing that must be finished once it is begun.
    """

    __slots__ = ("_gone", "_scope", "_task")

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        self._scope = scope
        self._task = asyncio.current_task()
        self._gone = False

    def __enter__(self) -> None:
        self._scope[GONE] = self._leave

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        del self._scope[GONE]
        if not self._gone or self._task is None:
            return
        by_others = self._task.uncancel()
        if kind is asyncio.CancelledError and not by_others:
            raise ClientGone from None

    def _leave(self) -> None:
        if self._task is not None and not self._gone:
            self._gone = True
            self._task.cancel()

"""Clients that go away while they wait: they are known of at once, and wait for nothing any more."""

import asyncio
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

from contracts.problems import Problem

GONE: Final = "frontdoor.gone"
"""Where in the scope a request leaves what is to be called when its connection is lost."""


class ClientGone(Problem):
    """Nobody reads this."""

    slug, title, status = "client-gone", "The client went away before it was answered", 499


@contextmanager
def while_connected(scope: MutableMapping[str, Any]) -> Iterator[None]:
    """What the block waits for is cancelled when the client goes away. Raises ``ClientGone`` then.

    For waiting in a queue, and for nothing that must be finished once it is begun.
    """
    task, gone = asyncio.current_task(), False

    def leave() -> None:
        nonlocal gone
        if task is not None and not gone:
            gone = True
            task.cancel()

    scope[GONE] = leave
    try:
        yield
    except asyncio.CancelledError:
        if not gone or (task is not None and task.uncancel()):  # somebody else cancelled the request as well
            raise
        raise ClientGone from None
    finally:
        del scope[GONE]

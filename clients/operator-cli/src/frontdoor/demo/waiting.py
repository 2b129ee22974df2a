"""Waits for something to be true by asking again and again, with a bound."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final, TypeVar

from frontdoor.errors import CommandFailed, Wrong

T = TypeVar("T")

PATIENCE_SECONDS: Final = 120.0
_ASK_AGAIN_SECONDS: Final = 0.2


async def until(what: str, ask: Callable[[], Awaitable[T | None]], *, timeout_seconds: float = PATIENCE_SECONDS) -> T:
    """The first answer that is not None. Raises ``Wrong`` that names what did not come."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + timeout_seconds
    while (answer := await ask()) is None:
        if loop.time() > give_up_at:
            raise Wrong(f"Missing after {timeout_seconds:.0f} seconds: {what}")
        await asyncio.sleep(_ASK_AGAIN_SECONDS)
    return answer


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What all of them return. The first ``CommandFailed`` is raised once the others are cancelled."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
    except* CommandFailed as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]

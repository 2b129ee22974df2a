"""Waits for a condition by asking for it again and again, with a bound; says what is being waited for."""

import time
from collections.abc import Callable
from typing import Final

from local_stack.console import say
from local_stack.errors import StackError

_ASK_AGAIN_SECONDS: Final = 0.1
_SAY_AGAIN_SECONDS: Final = 15.0


def until(
    what: str,
    probe: Callable[[], bool],
    *,
    timeout_seconds: float,
    still_possible: Callable[[], bool] = lambda: True,
) -> float:
    """Return the seconds it took until ``probe()`` was true.

    Raises ``StackError`` once ``timeout_seconds`` have passed, or as soon as ``still_possible()`` is false.
    """
    started = time.monotonic()
    if probe():
        return time.monotonic() - started
    say(f"waiting for {what}")
    said = started
    while time.monotonic() - started < timeout_seconds:
        if not still_possible():
            raise StackError(f"{what} will not come: the process ended")
        if probe():
            return time.monotonic() - started
        if time.monotonic() - said > _SAY_AGAIN_SECONDS:
            said = time.monotonic()
            say(f"still waiting for {what} ({said - started:.0f} s)")
        time.sleep(_ASK_AGAIN_SECONDS)
    raise StackError(f"{what} did not come within {timeout_seconds:g} seconds")

"""How much a client may ask for in any minute: moving windows in this process's memory.

Per process: several API processes of one service allow their sum. Windows that processes share would put a network
call into every request.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from referral_intake.model.record import record

Seconds = Callable[[], float]
"""The time, in seconds since whenever."""

_WINDOW_SECONDS: Final = 60


@record
class Allowance:
    """What is left of a limit, for how long (``reset_seconds``), and whether this request was within it."""

    limit: int
    remaining: int
    reset_seconds: int
    granted: bool = True

    @property
    def headers(self) -> Mapping[str, str]:
        """For the answer, as clients know them; ``Retry-After`` when there is nothing left."""
        said = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }
        return said if self.granted else {**said, "Retry-After": str(self.reset_seconds)}


class Limiter:
    """Counts requests by client and scope.

    A window holds the times of the requests that were granted in the last minute, and so no more than its limit. A
    limit that is changed begins with a window of its own.
    """

    def __init__(self, now: Seconds) -> None:
        self._now = now
        self._windows: dict[tuple[str, str, int], deque[float]] = {}

    def take(self, client: str, scope: str, *, per_minute: int) -> Allowance:
        """Count one request, if it is within the limit; one that is not does not count."""
        now = self._now()
        window = self._window(client, scope, per_minute, now)
        granted = len(window) < per_minute
        if granted:
            window.append(now)
        return _allowance(window, per_minute, now, granted=granted)

    def look(self, client: str, scope: str, *, per_minute: int) -> Allowance:
        """What is left, without taking any of it."""
        now = self._now()
        return _allowance(self._window(client, scope, per_minute, now), per_minute, now, granted=True)

    def _window(self, client: str, scope: str, per_minute: int, now: float) -> deque[float]:
        window = self._windows.get((client, scope, per_minute))
        if window is None:
            window = self._windows[client, scope, per_minute] = deque()
        while window and window[0] <= now - _WINDOW_SECONDS:
            window.popleft()
        return window


def _allowance(window: deque[float], per_minute: int, now: float, *, granted: bool) -> Allowance:
    resets_at = (window[0] if window else now) + _WINDOW_SECONDS
    return Allowance(per_minute, max(0, per_minute - len(window)), max(1, math.ceil(resets_at - now)), granted)

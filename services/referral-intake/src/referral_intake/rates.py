"""How much a client may ask for in any minute: moving windows in this process's memory.

Per process: several API processes of one service allow their sum. ``limits`` has storages that processes share; one
of them in place of ``Windows`` would change that, and put a network call into every request.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

Seconds = Callable[[], float]
"""The time, in seconds since whenever."""


@dataclass(frozen=True)
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


class Windows(MemoryStorage):
    """The times of each key's requests in the last minute.

    The library's own memory reads the system's clock and starts a thread every ten milliseconds to tidy up; this
    one takes the clock it is given, and tidies a window whenever it is used. A window holds no more times than its
    limit, and there are as many windows as clients.
    """

    def __init__(self, now: Seconds) -> None:
        super().__init__()
        self._now = now
        self._times: dict[str, deque[float]] = {}

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Take ``amount`` of a window, if it has as much left."""
        now = self._now()
        times = self._window(key, now - expiry)
        if len(times) + amount > limit:
            return False
        times.extend([now] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest request of a window was made, and how many there are."""
        now = self._now()
        times = self._window(key, now - expiry)
        return (times[0] if times else now), len(times)

    def _window(self, key: str, begins_after: float) -> deque[float]:
        times = self._times.get(key)
        if times is None:
            times = self._times[key] = deque()
        while times and times[0] <= begins_after:
            times.popleft()
        return times


class Limiter:
    """Counts requests by client and scope."""

    def __init__(self, now: Seconds) -> None:
        self._now = now
        self._windows: Final = MovingWindowRateLimiter(Windows(now))

    def take(self, client: str, scope: str, *, per_minute: int) -> Allowance:
        """Count one request, if it is within the limit; one that is not does not count."""
        granted = self._windows.hit(_per_minute(per_minute), client, scope)
        return self._allowance(client, scope, per_minute, granted=granted)

    def look(self, client: str, scope: str, *, per_minute: int) -> Allowance:
        """What is left, without taking any of it."""
        return self._allowance(client, scope, per_minute, granted=True)

    def _allowance(self, client: str, scope: str, per_minute: int, *, granted: bool) -> Allowance:
        resets_at, remaining = self._windows.get_window_stats(_per_minute(per_minute), client, scope)
        return Allowance(per_minute, max(0, remaining), max(1, math.ceil(resets_at - self._now())), granted)


@lru_cache(maxsize=1024)
def _per_minute(amount: int) -> RateLimitItem:
    return RateLimitItemPerMinute(amount)

"""How much of bodies a process holds at once, by sender and altogether, from the first byte to the answer; and how much
it reads of one sender in a second.

Whoever sends is known by the token before a byte of the body is read; everybody without a good one is one sender.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from prometheus_client import Counter as Counted
from prometheus_client import Gauge

from chassis.web.problems import Busy
from contracts.problems import Problem

MEBIBYTE: Final = 2**20
MOST_SENDERS: Final = 1_000
"""So many are remembered; whoever has sent nothing for a second is forgotten then."""
HELD: Final = "frontdoor.held"
"""Where in the scope it stands how much of the room the request's body takes."""

held_bytes = Gauge("frontdoor_body_bytes_held", "Bytes of bodies that are received, judged or wait to be written")
refused_total = Counted("frontdoor_bodies_refused", "Requests refused because there was no room", ["reason"])


@dataclass(frozen=True)
class RoomLimits:
    """``bytes_reserved`` is a part of ``bytes_all`` that only senders enter who hold nothing else.

    ``bytes_each_second``: how much of one sender is read in a second, however soon it is answered. ``requests_each``:
    how many requests with a body it has under way, however small.
    """

    bytes_each: int = 4 * MEBIBYTE
    bytes_all: int = 32 * MEBIBYTE
    bytes_reserved: int = 8 * MEBIBYTE
    bytes_each_second: int = 16 * MEBIBYTE
    requests_each: int = 600


class Room:
    """Contract.

    - A sender holds at most ``bytes_each``, all senders together at most ``bytes_all``. In any second at most twice
      ``bytes_each_second`` of one sender are let in, and no more than that once on average: reading is what costs
      most of what has to be refused.
    - The last ``bytes_reserved`` are for senders who hold nothing else, one body each, however many others are busy.
      A service that knows which requests cannot wait turns others out of there: ``Held.confirm``.
    - What has no room is refused before it is read, with the problem that ``refusal`` makes. Nobody waits for room.
    """

    def __init__(
        self,
        limits: RoomLimits | None = None,
        refusal: Callable[[], Problem] = Busy,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.refusal = refusal
        self._limits = limits or RoomLimits()
        self._read = _Buckets(self._limits.bytes_each_second, now)
        self._bytes: Counter[str] = Counter()
        self._requests: Counter[str] = Counter()
        self._total = 0

    @contextmanager
    def hold(self, sender: str) -> "Iterator[Held]":
        """Room for one request, empty at first; given back when the block ends. Raises the refusal."""
        if self._requests[sender] >= self._limits.requests_each:
            raise self._refused("requests")
        self._requests[sender] += 1
        held = Held(self, sender)
        try:
            yield held
        finally:
            self._take(sender, -held.size)
            self._requests[sender] -= 1
            if not self._requests[sender]:
                del self._requests[sender], self._bytes[sender]

    def grow(self, held: "Held", count: int) -> None:
        """Give a request more room. Raises the refusal, and then it has what it had."""
        others = self._bytes[held.sender] - held.size
        if others + held.size + count > self._limits.bytes_each:
            raise self._refused("sender")
        free = self._limits.bytes_all if not others else self._unreserved
        if self._total + count > free:
            raise self._refused("all")
        if not self._read.pour(held.sender, count):
            raise self._refused("rate")
        held.size += count
        self._take(held.sender, count)

    def confirm(self, *, first: bool) -> None:
        """Raises the refusal when a request is in the reserve and others go first."""
        if not first and self._total > self._unreserved:
            raise self._refused("reserve")

    @property
    def _unreserved(self) -> int:
        return self._limits.bytes_all - self._limits.bytes_reserved

    def _take(self, sender: str, count: int) -> None:
        self._bytes[sender] += count
        self._total += count
        held_bytes.inc(count)

    def _refused(self, reason: str) -> Problem:
        refused_total.labels(reason).inc()
        return self.refusal()


class _Buckets:
    """A leaking bucket for each sender: as large as what leaks out of it in a second."""

    def __init__(self, a_second: int, now: Callable[[], float]) -> None:
        self._a_second = a_second
        self._now = now
        self._levels: dict[str, tuple[float, float]] = {}

    def pour(self, sender: str, count: int) -> bool:
        """Whether it fits; if not, nothing is poured."""
        now = self._now()
        level = self._level(sender, now)
        if count and level + count > self._a_second:
            return False
        if len(self._levels) >= MOST_SENDERS:
            self._levels = {each: known for each, known in self._levels.items() if self._level(each, now)}
        self._levels[sender] = level + count, now
        return True

    def _level(self, sender: str, now: float) -> float:
        level, at = self._levels.get(sender, (0.0, now))
        return max(0.0, level - (now - at) * self._a_second)


@dataclass
class Held:
    """What one request takes of the room, in bytes."""

    room: Room
    sender: str
    size: int = 0

    def grow(self, count: int) -> None:
        """Take more. Raises the room's refusal."""
        self.room.grow(self, count)

    def confirm(self, *, first: bool) -> None:
        """It is known now whether the request goes before others. Raises the room's refusal when it has to go."""
        self.room.confirm(first=first)

"""How much of bodies a process holds at once, by sender and altogether, from the first byte to the answer; and how much
it reads of one sender in a second.

Anyone who sends is known by the token before a byte of the body is read; everybody without a good one is one sender.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from prometheus_client import Counter, Gauge

from chassis.web.problems import Busy
from contracts.problems import Problem

MEBIBYTE: Final = 2**20
MOST_SENDERS: Final = 1_000
"""So many are remembered; anyone who has sent nothing for a second is forgotten then."""
HELD: Final = "frontdoor.held"
"""Where in the scope it stands how much of the room the request's body takes."""

held_bytes = Gauge("frontdoor_body_bytes_held", "Bytes of bodies that are received, judged or wait to be written")
refused_total = Counter("frontdoor_bodies_refused", "Requests refused because there was no room", ["reason"])


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
        self._unreserved = self._limits.bytes_all - self._limits.bytes_reserved
        self._bytes: dict[str, int] = {}
        self._requests: dict[str, int] = {}
        self._total = 0
        held_bytes.set_function(lambda: self._total)

    def hold(self, sender: str) -> "Held":
        """Room for one request, empty at first; given back when the block ends. Raises the refusal."""
        under_way = self._requests.get(sender, 0)
        if under_way >= self._limits.requests_each:
            raise self._refused("requests")
        self._requests[sender] = under_way + 1
        return Held(self, sender)

    def grow(self, held: "Held", count: int) -> None:
        """Give a request more room. Raises the refusal, and then it has what it had."""
        own = self._bytes.get(held.sender, 0)
        free = self._limits.bytes_all if own == held.size else self._unreserved
        if own + count > self._limits.bytes_each:
            raise self._refused("sender")
        if self._total + count > free:
            raise self._refused("all")
        if not self._read.pour(held.sender, count):
            raise self._refused("rate")
        held.size += count
        self._total += count
        held.in_reserve = self._total > self._unreserved
        self._bytes[held.sender] = own + count

    def give_back(self, held: "Held") -> None:
        """What a request took, when it is answered."""
        self._total -= held.size
        _lower(self._bytes, held.sender, held.size)
        if held.counted:
            _lower(self._requests, held.sender, 1)

    def confirm(self, held: "Held", *, first: bool) -> None:
        """Raises the refusal when a request that may wait came into the reserve, and that is still needed."""
        if held.in_reserve and not first and self._total > self._unreserved:
            raise self._refused("reserve")

    def _refused(self, reason: str) -> Problem:
        refused_total.labels(reason).inc()
        return self.refusal()


def _lower(counts: dict[str, int], sender: str, by: int) -> None:
    left = counts.get(sender, 0) - by
    if left:
        counts[sender] = left
    else:
        counts.pop(sender, None)


class _Buckets:
    """A leaking bucket for each sender: as large as what leaks out of it in a second."""

    def __init__(self, a_second: int, now: Callable[[], float]) -> None:
        self._a_second = a_second
        self._now = now
        self._levels: dict[str, tuple[float, float]] = {}

    def pour(self, sender: str, count: int) -> bool:
        """Whether it fits; if not, nothing is poured."""
        now = self._now()
        level, at = self._levels.get(sender, (0.0, now))
        level -= (now - at) * self._a_second
        level = count + (level if level > 0 else 0.0)
        if count and level > self._a_second:
            return False
        if len(self._levels) >= MOST_SENDERS:
            self._forget(now)
        self._levels[sender] = level, now
        return True

    def _forget(self, now: float) -> None:
        self._levels = {sender: known for sender, known in self._levels.items() if now - known[1] < 1}


class Held:
    """What one request takes of the room, in bytes, until the block ends.

    ``counted``: it is one of its sender's. ``in_reserve``: the rest of the room was full when it came.
    """

    __slots__ = ("counted", "in_reserve", "room", "sender", "size")

    def __init__(self, room: Room, sender: str, *, counted: bool = True) -> None:
        self.room = room
        self.sender = sender
        self.counted = counted
        self.in_reserve = False
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.room.give_back(self)

    def grow(self, count: int) -> None:
        """Take more. Raises the room's refusal."""
        self.room.grow(self, count)

    def confirm(self, *, first: bool) -> None:
        """It is known now whether the request goes before others. Raises the room's refusal when it has to go."""
        self.room.confirm(self, first=first)

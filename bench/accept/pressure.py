"""The two ways of pressing a server: the next request after each answer, or requests at instants fixed beforehand."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.accept.sample import Sample


class Sends(Protocol):
    """A connection, as pressure uses it."""

    since: float

    def send(self, request: bytes, *, since: float) -> None: ...


class Closed:
    """A closed loop: every connection sends its next request when it has its answer, until ``until``.

    Answers after ``until`` are waited for and not counted, so that the rate is one of whole seconds under pressure.
    """

    def __init__(self, make: Callable[[], bytes], sample: Sample) -> None:
        self._make = make
        self._sample = sample
        self._until = 0.0
        self._asking = 0

    @property
    def finished(self) -> bool:
        """Whether every answer has come."""
        return self._asking == 0

    def begin(self, lanes: Sequence[Sends], *, now: float, until: float) -> None:
        """The first request of every connection."""
        self._until, self._asking = until, len(lanes)
        self._sample.seconds = until - now
        for lane in lanes:
            lane.send(self._make(), since=now)

    def answered(self, lane: Sends, *, now: float) -> None:
        """Note the answer and send the next request."""
        self._sample.answers += 1
        if now > self._until:
            self._asking -= 1
            return
        self._sample.latencies.append((now - lane.since) * 1000)
        lane.send(self._make(), since=now)


@dataclass(frozen=True)
class Timetable:
    """The instants at which requests are due: ``count`` of them, ``rate`` in a second, from ``start`` on."""

    start: float
    rate: float
    count: int

    def due_at(self, nth: int) -> float:
        """When the request is due, whatever became of those before it."""
        return self.start + nth / self.rate


class Open:
    """An open loop: requests are due at their instants however slow the answers are.

    Latency counts from the instant a request was due to its answer, so a server that stalls is charged with every
    request that was due meanwhile (no coordinated omission). A request that finds no connection free waits in line.
    """

    def __init__(self, make: Callable[[], bytes], sample: Sample, timetable: Timetable) -> None:
        self._make = make
        self._sample = sample
        self._timetable = timetable
        self._asked = 0
        self._waiting: deque[float] = deque()
        self._free: deque[Sends] = deque()
        sample.seconds = timetable.count / timetable.rate

    @property
    def finished(self) -> bool:
        """Whether every request of the timetable was answered."""
        return self._sample.answers == self._timetable.count

    def begin(self, lanes: Sequence[Sends]) -> None:
        """Every connection is free."""
        self._free.extend(lanes)

    def tick(self, *, now: float) -> float | None:
        """Send or queue what has become due; returns the next instant, None when the timetable is at its end."""
        while self._asked < self._timetable.count:
            due_at = self._timetable.due_at(self._asked)
            if due_at > now:
                return due_at
            self._asked += 1
            if self._free:
                self._sample.lateness.append((now - due_at) * 1000)
                self._free.popleft().send(self._make(), since=due_at)
            else:
                self._sample.queued += 1
                self._waiting.append(due_at)
        return None

    def answered(self, lane: Sends, *, now: float) -> None:
        """Note the answer; the connection takes the request that waits longest, if any does."""
        self._sample.answers += 1
        self._sample.latencies.append((now - lane.since) * 1000)
        if self._waiting:
            lane.send(self._make(), since=self._waiting.popleft())
        else:
            self._free.append(lane)

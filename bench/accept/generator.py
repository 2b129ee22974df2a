"""The load generator: presses one server over kept-open connections and returns what it saw."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

from bench.accept.lane import Lane
from bench.accept.pressure import Closed, Open, Timetable
from bench.accept.sample import Sample

_DRAIN_SECONDS: Final = 30.0
_LEAD_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Target:
    """Where requests go, over how many connections, and what makes them."""

    port: int
    connections: int
    make: Callable[[], bytes]


async def as_fast_as_possible(target: Target, *, seconds: float) -> Sample:
    """A closed loop. Raises ``Refused``, or when the server closes a connection or does not answer."""
    sample = Sample()
    closed = Closed(target.make, sample)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(lane: Lane) -> None:
        closed.answered(lane, now=time.perf_counter())
        if closed.finished and not done.done():
            done.set_result(None)

    async with _lanes(target, answered, done) as lanes:
        with _undisturbed():
            now = time.perf_counter()
            closed.begin(lanes, now=now, until=now + seconds)
            await asyncio.wait_for(done, seconds + _DRAIN_SECONDS)
    return sample


async def at_a_rate(target: Target, *, rate: float, seconds: float) -> Sample:
    """An open loop. Raises as above, and ``TimeoutError`` when the server falls behind without end."""
    sample, loop = Sample(), asyncio.get_running_loop()
    timetable = Timetable(time.perf_counter() + _LEAD_SECONDS, rate, max(1, int(rate * seconds)))
    pressure = Open(target.make, sample, timetable)
    done: asyncio.Future[None] = loop.create_future()

    def answered(lane: Lane) -> None:
        pressure.answered(lane, now=time.perf_counter())
        if pressure.finished and not done.done():
            done.set_result(None)

    def tick() -> None:
        due_at = pressure.tick(now=time.perf_counter())
        if due_at is not None and not done.done():
            loop.call_later(max(0.0, due_at - time.perf_counter()), tick)

    async with _lanes(target, answered, done) as lanes:
        with _undisturbed():
            pressure.begin(lanes)
            tick()
            await asyncio.wait_for(done, seconds + _DRAIN_SECONDS)
    return sample


@asynccontextmanager
async def _lanes(
    target: Target, answered: Callable[[Lane], None], done: "asyncio.Future[None]"
) -> AsyncIterator[Sequence[Lane]]:
    def failed(error: Exception) -> None:
        if not done.done():
            done.set_exception(error)

    loop, lanes = asyncio.get_running_loop(), []
    try:
        for _ in range(target.connections):
            _, lane = await loop.create_connection(lambda: Lane(answered, failed), "127.0.0.1", target.port)
            lanes.append(lane)
        yield lanes
    finally:
        for lane in lanes:
            lane.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No pause of ours for collecting garbage is taken for a pause of the server's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

"""One round: press a server, and say what it did and what it cost. A refusal ends the run."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from bench.accept.cpu import Meter
from bench.accept.figures import figures_of
from bench.accept.generator import Target, as_fast_as_possible, at_a_rate
from bench.accept.sample import Sample
from bench.accept.sides import Server

_LOG_CHARACTERS: Final = 2_000


@dataclass(frozen=True)
class Round:
    """What was seen and what it comes to."""

    sample: Sample
    figures: dict[str, float]


@dataclass(frozen=True)
class Measuring:
    """Measures servers one at a time. ``make`` gives every request there is, so no two are the same."""

    make: Callable[[], bytes]
    postmaster: int | None

    async def throughput(self, server: Server, connections: int, *, seconds: float) -> Round:
        """A closed loop. Raises ``Refused``."""
        target = Target(server.port, connections, self.make)
        return await self._round(server, as_fast_as_possible(target, seconds=seconds))

    async def latency(self, server: Server, connections: int, *, rate: float, seconds: float) -> Round:
        """An open loop at a rate. Raises ``Refused``, and ``TimeoutError`` when the server cannot keep up at all."""
        target = Target(server.port, connections, self.make)
        return await self._round(server, at_a_rate(target, rate=rate, seconds=seconds))

    async def _round(self, server: Server, pressing: Coroutine[Any, Any, Sample]) -> Round:
        meter = Meter(server.pid, self.postmaster)
        try:
            sample = await pressing
        except Exception as error:
            error.add_note(f"{server.side}, whose log ends:\n{server.log.read_text()[-_LOG_CHARACTERS:]}")
            raise
        return Round(sample, figures_of(sample, meter.shares()))

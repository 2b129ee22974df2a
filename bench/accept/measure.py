"""One round: press a server, and say what it did and what it cost. A refusal ends the run."""

from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from bench.accept.cpu import Meter
from bench.accept.figures import figures_of
from bench.accept.generator import Target, as_fast_as_possible, at_a_rate
from bench.accept.sample import Sample
from bench.accept.sides import Server

_LOG_CHARACTERS: Final = 2_000


class NotKept(RuntimeError):
    """A server said of more or fewer referrals that it accepted them than its database has."""

    def __init__(self, side: str, *, answers: int, rows: int) -> None:
        super().__init__(f"{side} accepted {answers} referrals and kept {rows}, so nothing was measured")


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
    answers: Counter[int] = field(default_factory=Counter)
    """How many referrals each server, by its port, said it accepted."""

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
        self.answers[server.port] += sample.answers
        return Round(sample, figures_of(sample, meter.shares()))

    async def check(self, server: Server) -> None:
        """Raises ``NotKept`` unless every answer has its row, and every row its answer."""
        if not server.database_url:
            return
        connection = await asyncpg.connect(server.database_url)
        try:
            rows = await connection.fetchval("SELECT count(*) FROM referral")
        finally:
            await connection.close()
        if rows != self.answers[server.port]:
            raise NotKept(server.side, answers=self.answers[server.port], rows=rows)

"""Each peer at its best: every variant of it is tried on this machine, and the fastest is measured."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from math import prod
from statistics import median
from typing import Final

from bench.accept.measure import Measuring
from bench.accept.options import Options
from bench.accept.sides import NONE, PEERS, SAME_WORK, Server, Stage, Variant, peer

_BODIES: Final = {SAME_WORK: ("form",)}
"""The peer of the same work judges what ours judges; the others may take the body either way."""
_ANY_BODY: Final = ("model", "mapping")
_POOL_SIZES: Final = (10, 20)
_ROUNDS: Final = 3
_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Tried:
    """A variant, and the requests in a second it reached at each number of connections (medians)."""

    side: str
    variant: Variant
    per_second: dict[str, float]

    @property
    def score(self) -> float:
        """What the variants are compared by: every number of connections counts alike."""
        return prod(self.per_second.values())


async def tune(stage: Stage, measuring: Measuring, options: Options) -> tuple[Tried, ...]:
    """Every variant of every peer, tried in turns. Raises ``Refused``."""
    tried: list[Tried] = []
    for side in PEERS:
        tried += await _try(stage, side, measuring, options)
    return tuple(tried)


def best(tried: Sequence[Tried], side: str) -> Variant:
    """The fastest variant of a peer."""
    return max((each for each in tried if each.side == side), key=lambda each: each.score).variant


async def _try(stage: Stage, side: str, measuring: Measuring, options: Options) -> list[Tried]:
    sizes = (0,) if side == NONE else _POOL_SIZES
    variants = [Variant(body, size) for body in _BODIES.get(side, _ANY_BODY) for size in sizes]
    async with AsyncExitStack() as stack:
        servers = {each: await stack.enter_async_context(peer(stage, side, each)) for each in variants}
        reached = {str(count): await _rates(servers, count, measuring, options) for count in options.connections}
    return [Tried(side, each, {count: rates[each] for count, rates in reached.items()}) for each in variants]


async def _rates(
    servers: dict[Variant, Server], connections: int, measuring: Measuring, options: Options
) -> dict[Variant, float]:
    rates: dict[Variant, list[float]] = {variant: [] for variant in servers}
    for _ in range(min(_ROUNDS, options.rounds)):
        for variant, server in servers.items():
            measured = await measuring.throughput(server, connections, seconds=min(_SECONDS, options.seconds))
            rates[variant].append(measured.figures["per_second"])
    return {variant: round(median(found), 1) for variant, found in rates.items()}

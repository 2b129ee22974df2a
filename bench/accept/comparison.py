"""All sides beside each other: first how much each can do, then how long each takes at rates it can be offered."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final

from bench.accept.figures import Figures
from bench.accept.loads import THROUGHPUT, Load, open_loads
from bench.accept.measure import Measuring, Round
from bench.accept.options import Options
from bench.accept.request import Requests
from bench.accept.result import publish
from bench.accept.sides import PEERS, Server, Stage, nothing, ours, peer
from bench.accept.stage import find_postmaster, postgresql_settings, stage
from bench.accept.tuning import Tried, best, tune

_WARM_UP_SECONDS: Final = 3.0
"""However short the rounds are: a server's first answers on a busy machine take longer than one of those."""


async def run(options: Options) -> None:
    """Measure, publish and say which goals are met. Raises ``Refused`` when a server refuses anything, and
    ``NotKept`` when what it accepted is not in its database.
    """
    async with stage(pinned=options.pinned) as stood, AsyncExitStack() as stack:
        measuring = Measuring(Requests(stood.issuer.token()).make, await find_postmaster(stood.admin_url))
        ceilings = await _ceilings(stood, measuring, options)
        tried = await tune(stood, measuring, options)
        servers = await _start(stood, tried, stack)
        for server in servers:
            await measuring.throughput(server, max(options.connections), seconds=_WARM_UP_SECONDS)
        loads = [load for count in options.connections for load in await _at(count, servers, measuring, options)]
        for server in servers:
            await measuring.check(server)
        settings = await postgresql_settings(stood.admin_url)
    publish(loads, tried, options, {"postgresql": settings, "generator_ceiling": ceilings})


async def _ceilings(stood: Stage, measuring: Measuring, options: Options) -> Mapping[str, Figures]:
    """What the generator reaches when nothing has to be waited for."""
    async with nothing(stood) as server:
        return {
            str(count): (await measuring.throughput(server, count, seconds=min(3.0, options.seconds))).figures
            for count in options.connections
        }


async def _start(stood: Stage, tried: Sequence[Tried], stack: AsyncExitStack) -> list[Server]:
    """Every side serves all the time; one at a time is asked."""
    starting = [peer(stood, side, best(tried, side)) for side in PEERS]
    return [await stack.enter_async_context(each) for each in (*starting, ours(stood))]


async def _at(connections: int, servers: Sequence[Server], measuring: Measuring, options: Options) -> list[Load]:
    closed = [Load(server.side, connections, THROUGHPUT) for server in servers]
    await _rounds(closed, servers, measuring, options)
    opened = open_loads(connections, {load.side: load.figures["per_second"] for load in closed})
    await _rounds(opened, servers, measuring, options)
    return [*closed, *opened]


async def _rounds(loads: Sequence[Load], servers: Sequence[Server], measuring: Measuring, options: Options) -> None:
    """Takes turns; who begins changes from round to round."""
    at = {server.side: server for server in servers}
    for nth in range(options.rounds):
        first = nth % len(loads)
        for load in (*loads[first:], *loads[:first]):
            load.rounds.append(await _round(load, at[load.side], measuring, options))
            _show(load, nth)


async def _round(load: Load, server: Server, measuring: Measuring, options: Options) -> Round:
    if load.rate is None:
        return await measuring.throughput(server, load.connections, seconds=options.seconds)
    return await measuring.latency(server, load.connections, rate=load.rate, seconds=options.seconds)


def _show(load: Load, nth: int) -> None:
    found = load.rounds[-1].figures
    print(
        f"  {load.connections:>4} connections  {load.name:<10}  round {nth + 1}  {load.side:<12}"
        f"{found['per_second']:>9,.0f}/s  p99 {found['p99_ms']:>8,.1f} ms",
        flush=True,
    )

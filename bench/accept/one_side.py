"""One side alone, quickly: for working on it. Prints a line for each round and keeps nothing."""

import os
import signal
from contextlib import AsyncExitStack
from typing import Final

from bench.accept.measure import Measuring, Round
from bench.accept.options import FLAME, Options
from bench.accept.request import Requests
from bench.accept.sides import OURS, PROGRAM, SAME_WORK, Server, Stage, Variant, ours, peer
from bench.accept.stage import find_postmaster, stage
from bench.report import RESULTS
from chassis.clock import SystemClock

DEFAULT_VARIANTS: Final = {SAME_WORK: Variant("form", 10)}
DEFAULT_VARIANT: Final = Variant("model", 10)
_PROFILED: Final = ("-m", "bench.accept.profiled")
_WARM_UP_SECONDS: Final = 2.0


async def run(options: Options) -> None:
    """Measure one side. Raises ``Refused`` when it refuses anything."""
    program = (*_PROFILED, options.profile) if options.profile else PROGRAM
    async with stage(program, pinned=options.pinned) as stood, AsyncExitStack() as stack:
        server = await _start(stood, options.only or OURS, stack)
        measuring = Measuring(Requests(stood.issuer.token()).make, await find_postmaster(stood.admin_url))
        await measuring.throughput(server, max(options.connections), seconds=_WARM_UP_SECONDS)
        for connections in options.connections:
            await _rounds(server, measuring, connections, options)
        await measuring.check(server)
        await stack.aclose()
        if options.profile:
            _show(options.profile, server.log.read_text().partition("PROFILE\n")[2])


def _show(kind: str, profile: str) -> None:
    """A drawing is kept beside the results, anything else printed."""
    if kind != FLAME:
        print(profile)
        return
    file = RESULTS / f"{SystemClock().now():%Y-%m-%d}-accept-flame.svg"
    file.write_text(profile)
    print(f"drawn in {file}")


async def _start(stood: Stage, side: str, stack: AsyncExitStack) -> Server:
    starting = ours(stood) if side == OURS else peer(stood, side, DEFAULT_VARIANTS.get(side, DEFAULT_VARIANT))
    return await stack.enter_async_context(starting)


async def _rounds(server: Server, measuring: Measuring, connections: int, options: Options) -> None:
    for _ in range(options.rounds):
        if options.profile:
            _toggle(server)
        print(f"{server.side} at {connections}: {_line(await _round(server, measuring, connections, options))}")
        if options.profile:
            _toggle(server)


async def _round(server: Server, measuring: Measuring, connections: int, options: Options) -> Round:
    if options.rate is None:
        return await measuring.throughput(server, connections, seconds=options.seconds)
    return await measuring.latency(server, connections, rate=options.rate, seconds=options.seconds)


def _toggle(server: Server) -> None:
    """The profiler listens from the first round's beginning to the last one's end, and not to the start."""
    os.kill(server.pid, signal.SIGUSR1)


def _line(measured: Round) -> str:
    return "  ".join(f"{name} {value:,.1f}" for name, value in measured.figures.items())

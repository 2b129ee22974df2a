"""``growth``: what each operation takes over full tables, beside the same over nearly empty ones."""

import argparse
import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench import report
from bench.growth.seed import NEARLY_EMPTY, Size, seed
from bench.growth.side import OPERATIONS, Prepare, Side
from bench.percentile import percentile
from bench.processes import ROOT
from chassis.clock import SystemClock
from chassis.telemetry import logs
from chassis.testing import postgres
from policy.load import load_packs

GOAL_RATIO: Final = 1.2
_WARM: Final = 10


@dataclass(frozen=True)
class Figures:
    """One operation, in milliseconds; ``ratio`` is of the medians."""

    operation: str
    empty_p50_ms: float
    empty_p95_ms: float
    full_p50_ms: float
    full_p95_ms: float
    ratio: float


def run(arguments: Sequence[str]) -> None:
    """Seed, measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench growth")
    parser.add_argument("--share", type=float, default=0.01, help="of 1,000,000 cases with all that belongs to them")
    parser.add_argument("--turns", type=int, default=100, help="of each operation")
    asyncio.run(_run(parser.parse_args(arguments)))


async def _run(options: argparse.Namespace) -> None:
    logs.write_json("bench", level=logging.WARNING)  # each request and batch would be a line among the figures
    full, began = Size.of(options.share), time.perf_counter()
    policy = load_packs(ROOT / "partnerships").newest("wandsworth", at=SystemClock().now()).version_id
    with tempfile.TemporaryDirectory() as name, postgres.server(Path(name) / "postgres") as admin_url:
        sides = {}
        for side, size in (("empty", NEARLY_EMPTY), ("full", full)):
            print(f"seeding {side}: {size}", flush=True)
            urls = await seed(admin_url, f"growth_{side}", size, policy_version=policy)
            sides[side] = Side.of(urls, size)
        seeded = time.perf_counter() - began
        try:
            figures = [await _measure(*operation, sides, options.turns) for operation in OPERATIONS]
        finally:
            for one in sides.values():
                await one.close()
    method = {"full": asdict(full), "empty": asdict(NEARLY_EMPTY), "turns": options.turns, "goal_ratio": GOAL_RATIO}
    report.keep("growth", {**method, "seeding_seconds": round(seeded)}, [asdict(one) for one in figures])
    print(json.dumps({"scenario": "growth", **{one.operation: one.ratio for one in figures}}), flush=True)


async def _measure(operation: str, prepare: Prepare, sides: Mapping[str, Side], turns: int) -> Figures:
    """In turns, so that whatever else the machine does falls on both."""
    took: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(_WARM + turns):
        for side in sorted(sides, reverse=bool(turn % 2)):
            act = await prepare(sides[side])
            began = time.perf_counter()
            await act()
            if turn >= _WARM:
                took[side].append(1000 * (time.perf_counter() - began))
    empty, full = took["empty"], took["full"]
    figures = Figures(
        operation,
        empty_p50_ms=round(median(empty), 2),
        empty_p95_ms=round(percentile(empty, 0.95), 2),
        full_p50_ms=round(median(full), 2),
        full_p95_ms=round(percentile(full, 0.95), 2),
        ratio=round(median(full) / median(empty), 2),
    )
    print(f"  {asdict(figures)}", flush=True)
    return figures

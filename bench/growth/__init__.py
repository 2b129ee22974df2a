"""``growth``: what each operation takes over full tables, beside the same over nearly empty ones."""

import argparse
import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg

from bench import report
from bench.growth.seed import NEARLY_EMPTY, Size, existing, seed
from bench.growth.side import OPERATIONS, Prepare, Side
from bench.growth.touched import Touched, touched_by
from bench.percentile import percentile
from bench.processes import ROOT
from chassis.clock import SystemClock
from chassis.run.provision import DatabaseUrls
from chassis.telemetry import logs
from chassis.testing import postgres
from policy.load import load_packs

GOAL_RATIO: Final = 1.2
_WARM: Final = 10
_SETTINGS: Final = ("server_version", "shared_buffers", "full_page_writes", "fsync", "max_wal_size")


@dataclass(frozen=True)
class Figures:
    """One operation, in milliseconds; ``ratio`` is of the medians. And what PostgreSQL touched for it, if asked."""

    operation: str
    empty_p50_ms: float
    empty_p95_ms: float
    full_p50_ms: float
    full_p95_ms: float
    ratio: float
    empty_touched: Touched | None = None
    full_touched: Touched | None = None


def run(arguments: Sequence[str]) -> None:
    """Seed, measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench growth")
    parser.add_argument("--share", type=float, default=0.01, help="of 1,000,000 cases with all that belongs to them")
    parser.add_argument("--turns", type=int, default=100, help="of each operation")
    parser.add_argument(
        "--touched", action="store_true", help="count the pages that PostgreSQL touches, too: four minutes"
    )
    parser.add_argument(
        "--seeded", action="store_true", help="the server of DATABASE_URL has the databases of an earlier run"
    )
    asyncio.run(_run(parser.parse_args(arguments)))


async def _run(options: argparse.Namespace) -> None:
    logs.write_json("bench", level=logging.WARNING)  # each request and batch would be a line among the figures
    sizes = {"empty": NEARLY_EMPTY, "full": Size.of(options.share)}
    with tempfile.TemporaryDirectory() as name, postgres.server(Path(name) / "postgres") as admin_url:
        began = time.perf_counter()
        urls = {side: await _databases(admin_url, side, size, options) for side, size in sizes.items()}
        seeded = round(time.perf_counter() - began)
        sides = {side: Side.of(urls[side], size) for side, size in sizes.items()}
        try:
            figures = [await _measure(*operation, sides, options.turns) for operation in OPERATIONS]
            if options.touched:
                figures = [await _touch(one, dict(OPERATIONS)[one.operation], sides, admin_url) for one in figures]
            server = await _settings(admin_url)
        finally:
            for one in sides.values():
                await one.close()
    method = {**{side: asdict(size) for side, size in sizes.items()}, "turns": options.turns, "goal_ratio": GOAL_RATIO}
    method |= {"seeding_seconds": None if options.seeded else seeded, "server": server}
    report.keep("growth", method, [asdict(one) for one in figures])
    print(json.dumps({"scenario": "growth", **{one.operation: one.ratio for one in figures}}), flush=True)


async def _databases(admin_url: str, side: str, size: Size, options: argparse.Namespace) -> Mapping[str, DatabaseUrls]:
    name = f"growth_{side}"
    if options.seeded:
        return await existing(admin_url, name)
    print(f"seeding {side}: {size}", flush=True)
    policy = load_packs(ROOT / "partnerships").newest("wandsworth", at=SystemClock().now()).version_id
    return await seed(admin_url, name, size, policy_version=policy)


async def _settings(admin_url: str) -> Mapping[str, str]:
    connection = await asyncpg.connect(admin_url)
    try:
        return {name: await connection.fetchval("SELECT current_setting($1)", name) for name in _SETTINGS}
    finally:
        await connection.close()


async def _touch(figures: Figures, prepare: Prepare, sides: Mapping[str, Side], admin_url: str) -> Figures:
    turns = {side: partial(_turn, one, prepare) for side, one in sides.items()}
    names = {side: [f"growth_{side}_{package}" for package in one.databases] for side, one in sides.items()}
    touched = await touched_by(turns, admin_url, names)
    print(f"  {figures.operation}: {touched}", flush=True)
    return replace(figures, empty_touched=touched["empty"], full_touched=touched["full"])


async def _turn(side: Side, prepare: Prepare) -> None:
    await (await prepare(side))()


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

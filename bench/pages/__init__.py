"""``pages``: how long triage takes for the pages that people look at, with a hub's years of cases behind them."""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx2

from bench import report
from bench.issuer import Issuer, issuing
from bench.pages.seed import seed
from bench.percentile import percentile
from bench.processes import ROOT, free_port, running
from chassis.clock import SystemClock
from chassis.testing import postgres
from policy.load import load_packs

GOAL_P95_MS: Final = 150.0
"""For the queue and for a case, by the server's own clock."""
FILTERS: Final = (
    "", "?limit=25", "?rating=red", "?rating=unrated&due=overdue", "?waits_for=authorisation", "?assigned=me",
    "?assigned=nobody&news=unseen", "?news=seen", "?status=closed", "?status=closed&closed_days=366",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The server's time for one kind of page, in milliseconds."""

    page: str
    requests: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float

    @classmethod
    def of(cls, page: str, took: Sequence[float]) -> "Figures":
        """Percentiles of all requests."""
        return cls(page, len(took), *(percentile(took, share) for share in (0.5, 0.95, 0.99, 1.0)))


def run(arguments: Sequence[str]) -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench pages")
    parser.add_argument("--stored", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=400, help="of each kind")
    parser.add_argument("--at-once", type=int, default=4, help="connections")
    asyncio.run(_run(parser.parse_args(arguments)))


async def _run(options: argparse.Namespace) -> None:
    folder = ROOT / "partnerships"
    pack = load_packs(folder).newest("wandsworth", at=SystemClock().now())
    with tempfile.TemporaryDirectory() as name, postgres.server(Path(name) / "postgres") as admin_url:
        print(f"seeding {options.stored:,} cases, {options.open:,} of them open", flush=True)
        urls, migrated = await seed(
            admin_url, stored=options.stored, still_open=options.open, policy_version=pack.version_id
        )
        async with issuing() as issuer:
            took = await _measure(urls.app_url, issuer, Path(name), options)
    figures = [Figures.of(page, times) for page, times in took.items()]
    method = {**vars(options), "migration_seconds": round(migrated, 1), "goal_p95_ms": GOAL_P95_MS}
    _print(figures, migrated)
    report.keep("pages", method, [asdict(one) for one in figures])
    print(json.dumps({"scenario": "pages", **{one.page: round(one.p95_ms, 1) for one in figures}}), flush=True)


async def _measure(
    app_url: str, issuer: Issuer, folder: Path, options: argparse.Namespace
) -> Mapping[str, list[float]]:
    port, log = free_port(), folder / "triage.log"
    environment = {
        "FRONTDOOR_DATABASE_URL": app_url,
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "FRONTDOOR_OIDC_ISSUER": issuer.address,
        "FRONTDOOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FRONTDOOR_HTTP_PORT": str(port),
        "FRONTDOOR_PARTNERSHIPS_FOLDER": str(ROOT / "partnerships"),
    }
    cases = await _some_cases(app_url, options.requests)
    async with running(["-m", "triage", "api"], environment, log=log, port=port):
        asked = await _ask_all(f"http://127.0.0.1:{port}", issuer, cases, options)
    return _times(log, asked)


def _times(log: Path, asked: Mapping[str, str]) -> Mapping[str, list[float]]:
    """By page: what the server itself logged of each request. ``asked``: the page of each request id."""
    took: dict[str, list[float]] = {}
    for line in log.read_text().splitlines():
        said = json.loads(line) if line.startswith("{") else {}
        page = asked.get(said.get("request_id", ""))
        if page is not None:
            took.setdefault(page, []).append(float(said["milliseconds"]))
    return took


async def _some_cases(app_url: str, count: int) -> Sequence[UUID]:
    """Half of them open, half closed, at random."""
    connection = await asyncpg.connect(app_url)
    try:
        rows: list[Any] = []
        for state in ("IS NULL", "IS NOT NULL"):
            query = f'SELECT case_id FROM "case" WHERE closed_at {state} ORDER BY md5(case_id::text) LIMIT {count // 2}'
            rows += await connection.fetch(query)
    finally:
        await connection.close()
    return [row["case_id"] for row in rows]


async def _ask_all(base: str, issuer: Issuer, cases: Sequence[UUID], options: argparse.Namespace) -> Mapping[str, str]:
    """Every kind of page, mixed, so that none has the caches to itself. Returns the page of each request id."""
    token = issuer.signer.token(
        iss=issuer.address,
        exp=int(time.time()) + 3600,
        subject="manager",
        roles=["mash-manager"],
        agency="wandsworth-mash",
    )
    headers = {"Authorization": f"Bearer {token}", "Access-Purpose": "triage"}
    asked: dict[str, str] = {}
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=60) as http:
        turns = _mixed(cases, await _cursors(http), options.requests)
        await asyncio.gather(*(_ask(http, turns, asked) for _ in range(options.at_once)))
    return asked


def _mixed(cases: Sequence[UUID], cursors: Sequence[str], requests: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(1)
    asked = [(f"queue {query or 'first page'}", f"/v1/cases{query}") for query in FILTERS for _ in range(requests // 4)]
    asked += [("queue deep page", f"/v1/cases?cursor={chance.choice(cursors)}") for _ in range(requests)]
    asked += [("case", f"/v1/cases/{case_id}") for case_id in cases]
    chance.shuffle(asked)
    yield from asked


async def _cursors(http: httpx2.AsyncClient) -> Sequence[str]:
    """Places all over the queue."""
    found: list[str] = []
    path = "/v1/cases?limit=200"
    while path and len(found) < 60:
        answer = (await http.get(path)).raise_for_status().json()
        found += [answer["next"]] if answer["next"] else []
        path = f"/v1/cases?limit=200&cursor={answer['next']}" if answer["next"] else ""
    return found


async def _ask(http: httpx2.AsyncClient, turns: Iterator[tuple[str, str]], asked: dict[str, str]) -> None:
    for page, path in turns:
        request_id = str(uuid4())
        asked[request_id] = page
        (await http.get(path, headers={"X-Request-Id": request_id})).raise_for_status()


def _print(figures: Sequence[Figures], migrated: float) -> None:
    print(f"\npages: the server's own time in milliseconds (migrating took {migrated:.0f} s)")
    for one in sorted(figures, key=lambda one: one.page):
        print(
            f"  {one.page:<36} {one.requests:>6} p50 {one.p50_ms:>7.1f} p95 {one.p95_ms:>7.1f} max {one.max_ms:>7.1f}"
        )

"""``latency``: how long after its acceptance a referral is in the queue, and a notice of it at an agency's webhook."""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from bench import report
from bench.percentile import percentile
from bench.year.prepare import prepared, read
from bench.year.sender import Sender
from bench.year.stage import Stage, standing
from tests.chaos.databases import Databases
from tests.chaos.settling import until
from triage.store.line import CHANGES

GOALS_MS: Final = {"in the queue": {"p50_ms": 50, "p99_ms": 250}, "at the first webhook": {"p99_ms": 2_000}}
METHOD: Final = {
    "stack": "PostgreSQL with fsync, one Kafka node, sinks for agencies, one API and one worker of each service",
    "sender": "the mix of the year, due at fixed instants, after a warm-up at the same rate",
    "accepted": "the time of the referral's first event, inside the transaction that accepts it; counting begins here",
    "in the queue": "triage's announcement of the committed case came to somebody who watches the queue",
    "at the first webhook": "the first delivery that a webhook took was over, by agency-notify's clock",
}
_ACCEPTED: Final = """
SELECT convert_from(key, 'UTF8')::uuid, recorded_at FROM event
WHERE headers->>'ce_type' = 'referral.received.v1' AND recorded_at >= $1
"""
_CASES: Final = 'SELECT case_id, referral_id FROM "case"'
_WEBHOOKS: Final = """
SELECT n.referral_id, min(d.finished_at)
FROM notice n JOIN delivery d USING (notice_id) JOIN endpoint e USING (endpoint_id)
WHERE e.channel = 'webhook' AND d.state = 'delivered' GROUP BY 1
"""
_WAITING: Final = "SELECT count(*) FROM delivery WHERE state = 'pending' AND attempts = 0"

Times = Mapping[UUID, datetime]


@dataclass(frozen=True)
class Figures:
    """Of one way from acceptance, in milliseconds."""

    way: str
    referrals: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float

    @classmethod
    def of(cls, way: str, accepted: Times, arrived: Times) -> "Figures":
        """Of every referral that was accepted and arrived."""
        took = [(at - accepted[key]).total_seconds() * 1000 for key, at in arrived.items() if key in accepted]
        return cls(way, len(took), *(round(percentile(took, share), 1) for share in (0.5, 0.95, 0.99, 1.0)))


def run(arguments: Sequence[str]) -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench latency")
    parser.add_argument("--rates", type=float, nargs="+", default=[20.0, 50.0, 100.0], help="referrals a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="at each rate")
    parser.add_argument("--warm-up-seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-result", action="store_true", help="keep nothing")
    chosen = parser.parse_args(arguments)
    results = asyncio.run(_run(chosen))
    if not chosen.no_result:
        report.keep("latency", {**METHOD, **vars(chosen), "goals": GOALS_MS}, results)
    print(json.dumps({"scenario": "latency", "results": results}), flush=True)


async def _run(chosen: argparse.Namespace) -> list[Mapping[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="frontdoor-") as name:
        async with standing(Path(name), workers=1, own_interpreters=True) as stage:
            return [await _at_rate(stage, Path(name), rate, chosen) for rate in chosen.rates]


async def _at_rate(stage: Stage, folder: Path, rate: float, chosen: argparse.Namespace) -> Mapping[str, Any]:
    """Both ways at one rate, once everything that was sent before has settled."""
    count = round(rate * (chosen.warm_up_seconds + chosen.seconds))
    file = prepared(folder, count=count, seed=chosen.seed + round(rate))
    databases = Databases(stage.stack.addresses()["database_url"])
    began = datetime.now(UTC)
    async with _watching(stage) as seen:
        sender = Sender(stage.url("referral-intake"), stage.tokens, per_second=rate, run=f"latency-{rate:g}")
        await sender.send(read(file))
        took = (datetime.now(UTC) - began).total_seconds()
        await until(lambda: _is_settled(databases, seen, count), lambda: _progress(databases, seen), most_seconds=600)
    cases = dict(await databases.pairs("triage", _CASES))
    accepted = dict(await databases.pairs("referral_intake", _ACCEPTED, began))
    measured = dict(sorted(accepted.items(), key=lambda one: one[1])[-round(rate * chosen.seconds) :])
    ways = {
        "in the queue": {cases[case_id]: at for case_id, at in seen.items()},
        "at the first webhook": dict(await databases.pairs("agency_notify", _WEBHOOKS)),
    }
    figures = [Figures.of(way, measured, arrived) for way, arrived in ways.items()]
    _print(rate, count / took, figures)
    return {
        "per_second": rate,
        "accepted_per_second": round(count / took, 1),
        "load": os.getloadavg()[0],
        "ways": [vars(one) for one in figures],
    }


@asynccontextmanager
async def _watching(stage: Stage) -> AsyncIterator[dict[UUID, datetime]]:
    """When the queue's watchers heard of each case first."""
    seen: dict[UUID, datetime] = {}

    def note(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
        if str(payload).startswith("{"):  # not one by which a listener tries whether it still hears
            seen.setdefault(UUID(json.loads(str(payload))["case_id"]), datetime.now(UTC))

    url = make_url(stage.stack.addresses()["database_url"]).set(database="triage")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        await connection.add_listener(CHANGES, note)
        yield seen
    finally:
        await connection.close()


async def _is_settled(databases: Databases, seen: Mapping[UUID, datetime], count: int) -> bool:
    return len(seen) >= count and await _progress(databases, seen) == (len(seen), 0)


async def _progress(databases: Databases, seen: Mapping[UUID, datetime]) -> tuple[int, int]:
    return len(seen), await databases.one("agency_notify", _WAITING)


def _print(rate: float, accepted: float, figures: Sequence[Figures]) -> None:
    print(f"\nlatency at {rate:g} a second ({accepted:.1f} accepted), in milliseconds from acceptance")
    for one in figures:
        print(
            f"  {one.way:<22}{one.referrals:>7} p50 {one.p50_ms:>8.1f} p95 {one.p95_ms:>8.1f} p99 {one.p99_ms:>8.1f} "
            f"max {one.max_ms:>8.1f}"
        )

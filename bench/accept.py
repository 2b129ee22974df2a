"""Scenario *accept*: our whole ``POST /v1/referrals`` beside the plainest endpoint that writes two rows."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench.examples import requests
from bench.issuer import Issuer, issuing
from bench.load import Make, Sample, load
from bench.peers.bare_accept import TABLES
from bench.processes import ROOT, free_port, running
from bench.report import publish, row_of
from chassis.testing import postgres

CONNECTIONS: Final = 32
WARM_UP_SECONDS: Final = 3.0
ROUND_SECONDS: Final = 8.0
ROUNDS: Final = 5
OURS: Final = "Frontdoor"
PEER: Final = "FastAPI + asyncpg"

METHOD: Final[Mapping[str, Any]] = {
    "client": f"one process, {CONNECTIONS} kept-open connections on 127.0.0.1, the next request after each answer",
    "rounds": f"{ROUNDS} of {ROUND_SECONDS:.0f} s for each side, taking turns, after {WARM_UP_SECONDS:.0f} s warm-up",
    "servers": "one uvicorn process each, uvloop and httptools, 10 database connections, one PostgreSQL for both",
    "ours": "token verified, form validated, rules and packs applied, idempotency key claimed, document and event "
    "written in one transaction shared by group commit, answered after COMMIT",
    "peer": "body parsed, two rows inserted in one transaction, answered after COMMIT; no sign-in, no form, no repeats",
    "bodies": "the ten files of examples/referrals in turn",
}


async def run() -> None:
    """Measure both sides and publish the result. Raises when any request was refused."""
    with tempfile.TemporaryDirectory() as name, postgres.server(Path(name) / "postgres") as admin_url:
        async with (
            issuing() as issuer,
            _ours(admin_url, issuer, Path(name)) as ours,
            _peer(admin_url, Path(name)) as peer,
        ):
            ports = {OURS: ours, PEER: peer}
            rounds = await _rounds(ports, requests(issuer.token()))
        settings = await _settings(admin_url)
    publish("accept", {**METHOD, "postgresql": settings}, [row_of(side, rounds[side]) for side in ports])


async def _rounds(ports: Mapping[str, int], make: Make) -> dict[str, list[Mapping[str, float]]]:
    found: dict[str, list[Mapping[str, float]]] = {side: [] for side in ports}
    for port in ports.values():
        await load(port, make, connections=CONNECTIONS, seconds=WARM_UP_SECONDS)
    for nth in range(ROUNDS):
        turns = list(ports.items())
        for side, port in turns if nth % 2 == 0 else reversed(turns):
            sample = await load(port, make, connections=CONNECTIONS, seconds=ROUND_SECONDS)
            if sample.refused:
                raise RuntimeError(f"{side} refused {sample.refused} requests, so nothing was measured")
            found[side].append(_figures(sample))
    return found


def _figures(sample: Sample) -> dict[str, float]:
    return {
        "referrals per second": round(sample.per_second, 1),
        "median ms": round(sample.percentile(0.5), 2),
        "99th percentile ms": round(sample.percentile(0.99), 2),
    }


@asynccontextmanager
async def _ours(admin_url: str, issuer: Issuer, folder: Path) -> AsyncIterator[int]:
    urls, port = await postgres.migrated(admin_url, "referral_intake"), free_port()
    environment = {
        "FRONTDOOR_DATABASE_URL": urls.app_url,
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",  # accepting does not need Kafka, and there is none
        "FRONTDOOR_OIDC_ISSUER": issuer.address,
        "FRONTDOOR_HTTP_PORT": str(port),
        "FRONTDOOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FRONTDOOR_PARTNERSHIPS_FOLDER": str(ROOT / "partnerships"),
    }
    async with running(["-m", "referral_intake", "api"], environment, log=folder / "ours.log", port=port):
        yield port


@asynccontextmanager
async def _peer(admin_url: str, folder: Path) -> AsyncIterator[int]:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(TABLES)
    finally:
        await connection.close()
    port = free_port()
    environment = {"DATABASE_URL": admin_url, "PORT": str(port)}
    async with running(["-m", "bench.peers.bare_accept"], environment, log=folder / "peer.log", port=port):
        yield port


async def _settings(admin_url: str) -> dict[str, str]:
    """The settings that decide what a COMMIT costs."""
    connection = await asyncpg.connect(admin_url)
    try:
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        return {name: str(await connection.fetchval(f"SHOW {name}")) for name in names}
    finally:
        await connection.close()

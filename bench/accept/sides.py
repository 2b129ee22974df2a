"""The sides that are measured, each a server process of its own with a database of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import asyncpg

from bench.issuer import Issuer
from bench.peers.tables import TABLES
from bench.processes import ROOT, free_port, running
from chassis.run.provision import provision
from chassis.testing import postgres

NONE: Final = "none"
TWO_INSERTS: Final = "two_inserts"
ORM: Final = "orm"
SAME_WORK: Final = "same_work"
OURS: Final = "ours"
PEERS: Final = (NONE, TWO_INSERTS, ORM, SAME_WORK)
SIDES: Final = (*PEERS, OURS)

PROGRAM: Final = ("-m", "referral_intake", "api")

_NOTHING_LISTENS: Final = "127.0.0.1:9"
_NEVER_REACHED: Final = "1000000"
"""The limit is counted for every request as for any partner; it only never refuses one."""


@dataclass(frozen=True)
class Stage:
    """What servers are started with. ``processor`` is the one they share; None leaves that to the system."""

    admin_url: str
    issuer: Issuer
    folder: Path
    processor: int | None
    program: tuple[str, ...]
    """Our server; another word for it when it is profiled."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    side: str
    port: int
    pid: int
    log: Path
    database_url: str = ""


@dataclass(frozen=True)
class Variant:
    """How a peer takes the body (``model``, ``mapping`` or our ``form``), and its database connections (0: none)."""

    body: str
    pool_size: int

    def __str__(self) -> str:
        return f"{self.body}, pool of {self.pool_size}" if self.pool_size else self.body


@asynccontextmanager
async def ours(stage: Stage) -> AsyncIterator[Server]:
    """``python -m referral_intake api`` with a fresh database and, but for the partner's limit, every default."""
    urls, port = await postgres.migrated(stage.admin_url, "referral_intake"), free_port()
    environment = {
        "FRONTDOOR_DATABASE_URL": urls.app_url,
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": _NOTHING_LISTENS,  # accepting does not need Kafka
        "FRONTDOOR_OIDC_ISSUER": stage.issuer.address,
        "FRONTDOOR_HTTP_PORT": str(port),
        "FRONTDOOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FRONTDOOR_PARTNERSHIPS_FOLDER": str(ROOT / "partnerships"),
        "FRONTDOOR_PARTNER_REFERRALS_PER_MINUTE": _NEVER_REACHED,
    }
    async with _serving(stage, stage.program, environment, name=OURS, port=port) as server:
        yield replace(server, database_url=urls.app_url)


@asynccontextmanager
async def peer(stage: Stage, side: str, variant: Variant) -> AsyncIterator[Server]:
    """One of ``PEERS`` with a fresh database."""
    port, name = free_port(), f"{side}_{variant.body}_{variant.pool_size}"
    environment = {"PORT": str(port), "BODY": variant.body, "POOL_SIZE": str(variant.pool_size)}
    if side == SAME_WORK:
        environment |= {"ISSUER": stage.issuer.address, "PARTNERSHIPS": str(ROOT / "partnerships")}
        environment["DATABASE_URL"] = (await postgres.migrated(stage.admin_url, "referral_intake")).app_url
    elif variant.pool_size:
        environment["DATABASE_URL"] = await _peers_database(stage.admin_url, f"peer_{name}_{port}")
    program = ("-m", f"bench.peers.accept_{side}")
    async with _serving(stage, program, environment, name=name, port=port) as server:
        yield replace(server, side=side, database_url=environment.get("DATABASE_URL", ""))


@asynccontextmanager
async def nothing(stage: Stage) -> AsyncIterator[Server]:
    """What answers without reading: its rate is the generator's ceiling."""
    port = free_port()
    program = ("-m", "bench.peers.accept_nothing")
    async with _serving(stage, program, {"PORT": str(port)}, name="nothing", port=port) as server:
        yield server


async def _peers_database(admin_url: str, name: str) -> str:
    urls = await provision(admin_url, name, password="only-for-measurements")
    connection = await asyncpg.connect(urls.owner_url)
    try:
        await connection.execute(TABLES)
        await connection.execute(f'GRANT SELECT, INSERT ON referral, event TO "{name}_app"')
    finally:
        await connection.close()
    return urls.app_url


@asynccontextmanager
async def _serving(
    stage: Stage, program: tuple[str, ...], environment: Mapping[str, str], *, name: str, port: int
) -> AsyncIterator[Server]:
    log = stage.folder / f"{name}.log"
    async with running(program, environment, log=log, port=port, processor=stage.processor) as process:
        yield Server(name, port, process.pid, log)

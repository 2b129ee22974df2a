"""Intake as a process of its own on a real database, and what it holds: memory, descriptors, connections."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import asyncpg
import psutil
from sqlalchemy.engine import make_url

from bench.issuer import Issuer, issuing
from bench.processes import free_port, running
from chassis.testing import postgres
from local_stack.checkout import PARTNERSHIPS_FOLDER

PROGRAM: Final = ("-m", "referral_intake", "api")
_NEVER_REACHED: Final = "1000000"
_NOBODY_LISTENS: Final = "127.0.0.1:9"


@dataclass(frozen=True)
class Held:
    """What a server holds. Memory is what is resident, in MB."""

    memory_mb: float
    descriptors: int
    threads: int
    connections: int
    busy: int
    """Of the database connections, those in a transaction."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    port: int
    pid: int
    log: Path
    issuer: Issuer
    database_url: str
    """Of the administrator, who sees what others do."""

    def headers(self, **claims: Any) -> dict[str, str]:
        """What a school's system sends to prove who it is."""
        until = int(time.time()) + 7200
        return self.issuer.signer.bearer(iss=self.issuer.address, exp=until, **{"azp": "wandsworth-school", **claims})

    def said(self) -> str:
        """Everything on its standard output and standard error."""
        return self.log.read_text(errors="replace")

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """What its database says."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def held(self) -> Held:
        """Now."""
        process = psutil.Process(self.pid)
        states = await self.rows(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE '%\\_app'"
        )
        return Held(
            memory_mb=round(process.memory_info().rss / 2**20, 1),
            descriptors=process.num_fds(),
            threads=process.num_threads(),
            connections=len(states),
            busy=sum(row["state"] != "idle" for row in states),
        )

    async def settled(self, good: Callable[[Held], bool], *, within_seconds: float = 30.0) -> Held:
        """What it holds once that is good, or after the time given."""
        until = time.monotonic() + within_seconds
        held = await self.held()
        while not good(held) and time.monotonic() < until:
            held = await self.held()
        return held

    async def quiet(self) -> Held:
        """What it holds once nothing is in a transaction."""
        return await self.settled(lambda held: held.busy == 0)


@asynccontextmanager
async def serving(admin_url: str, **settings: str) -> AsyncIterator[Server]:
    """The server for as long as the block lasts; ``settings`` are more of its environment."""
    urls, port = await postgres.migrated(admin_url, "referral_intake"), free_port()
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        log = Path(folder) / "intake.log"
        async with issuing() as issuer:
            environment = {
                "FRONTDOOR_DATABASE_URL": urls.app_url,
                "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": _NOBODY_LISTENS,
                "FRONTDOOR_OIDC_ISSUER": issuer.address,
                "FRONTDOOR_HTTP_PORT": str(port),
                "FRONTDOOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "FRONTDOOR_PARTNERSHIPS_FOLDER": str(PARTNERSHIPS_FOLDER),
                "FRONTDOOR_PARTNER_REFERRALS_PER_MINUTE": _NEVER_REACHED,
                "FRONTDOOR_PARTNER_READS_PER_MINUTE": _NEVER_REACHED,
                **settings,
            }
            async with running(PROGRAM, environment, log=log, port=port) as process:
                database = make_url(urls.app_url).database
                seen_by_all = make_url(admin_url).set(database=database).render_as_string(hide_password=False)
                yield Server(port, process.pid, log, issuer, seen_by_all)

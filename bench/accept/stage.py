"""What every measurement stands on: PostgreSQL and an issuer on one processor, servers on another."""

import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from bench.accept.cpu import pin
from bench.accept.sides import PROGRAM, Stage
from bench.issuer import issuing
from chassis.testing import postgres

GENERATOR_PROCESSOR: Final = 0
SERVER_PROCESSOR: Final = 1

_SETTINGS: Final = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "autovacuum",
    "max_connections",
)


@asynccontextmanager
async def stage(program: tuple[str, ...] = PROGRAM, *, pinned: bool) -> AsyncIterator[Stage]:
    """PostgreSQL and an issuer, for as long as the block lasts.

    ``pinned``: this process, and the PostgreSQL it starts, share one processor; the measured server has the other
    to itself. A PostgreSQL named by ``DATABASE_URL`` stays where it is.
    """
    pinned = pinned and (os.cpu_count() or 1) > SERVER_PROCESSOR
    if pinned:
        pin(0, GENERATOR_PROCESSOR)
    with tempfile.TemporaryDirectory() as name, postgres.server(Path(name) / "postgres") as admin_url:
        async with issuing() as issuer:
            yield Stage(admin_url, issuer, Path(name), SERVER_PROCESSOR if pinned else None, program)


async def postgresql_settings(admin_url: str) -> Mapping[str, str]:
    """The settings that decide what a COMMIT costs."""
    connection = await asyncpg.connect(admin_url)
    try:
        return {name: str(await connection.fetchval(f"SHOW {name}")) for name in _SETTINGS}
    finally:
        await connection.close()


async def find_postmaster(admin_url: str) -> int | None:
    """The process that PostgreSQL's other processes come from; None when it runs elsewhere."""
    connection = await asyncpg.connect(admin_url)
    try:
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        process = psutil.Process(backend)
        return process.ppid() if "postgres" in process.name() else None
    except psutil.NoSuchProcess:
        return None
    finally:
        await connection.close()

"""A log in a real database, its copies, and the service over it."""

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their logs

from audit_logs import (
    ORIGIN,
    DatabaseLog,
    MemoryLog,
    copy_from,
    copy_of,
    listening,
    make_entries,
    open_with_salts,
    service_of,
    with_tree,
)
from witness_world import FakeWitness, Witnessed

from audit.checkpoint import CheckpointSigner
from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.signer import Signer


@pytest.fixture(scope="session")
def log_signer() -> CheckpointSigner:
    return CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))


@pytest.fixture(scope="session")
def log_of(log_signer: CheckpointSigner) -> Callable[[int], MemoryLog]:
    """A copy of a log of so many entries."""
    return lambda count: copy_of(open_with_salts([entry.body for entry in make_entries(count)]), log_signer)


@pytest.fixture(scope="session")
def resign(log_signer: CheckpointSigner) -> Callable[[Sequence[bytes]], MemoryLog]:
    """A log of any entries, properly built and signed: for what only the entries themselves give away."""
    return lambda bodies: copy_of(open_with_salts(bodies), log_signer)


@pytest.fixture(scope="session")
def sign_leaves(log_signer: CheckpointSigner) -> Callable[[Sequence[bytes]], MemoryLog]:
    """The public part of a log of any leaves, properly built and signed."""
    return lambda leaves: with_tree(leaves, log_signer)


@pytest.fixture(scope="session")
def copied(log_signer: CheckpointSigner) -> Callable[[Any], Awaitable[MemoryLog]]:
    """The public part of the log in whatever has a database, signed by the usual key."""
    return lambda log: copy_from(log.db, log_signer.verifier_key)


@pytest.fixture
async def database_log(
    copied_database: Callable[[str], Awaitable[DatabaseUrls]], log_signer: CheckpointSigner
) -> AsyncIterator[DatabaseLog]:
    urls = await copied_database("audit")
    db = Database.connect(urls.app_url)
    yield DatabaseLog(urls, db, log_signer)
    await db.close()


@pytest.fixture
async def witnessed(database_log: DatabaseLog) -> AsyncIterator[Witnessed]:
    witnesses = [FakeWitness(number, database_log.clock) for number in (1, 2, 3)]
    async with database_log.db.engine.connect() as connection:
        yield Witnessed(database_log, witnesses, connection)


@pytest.fixture
async def service(database_log: DatabaseLog, signer: Signer, tmp_path: Path) -> AsyncIterator[Service]:
    """The service over that log."""
    built = service_of(database_log.urls, database_log.signer, signer, folder=tmp_path)
    yield built
    await built.close()


@pytest.fixture
def serve(
    signer: Signer, log_signer: CheckpointSigner, tmp_path: Path
) -> Callable[[DatabaseUrls], AbstractAsyncContextManager[str]]:
    """The service over any database of a log, at an address of its own."""

    @asynccontextmanager
    async def over(urls: DatabaseUrls) -> AsyncIterator[str]:
        built = service_of(urls, log_signer, signer, folder=tmp_path)
        async with listening(built) as url:
            yield url
        await built.close()

    return over


@pytest.fixture
async def address(service: Service) -> AsyncIterator[str]:
    """Where the service listens."""
    async with listening(service) as url:
        yield url


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://audit.example.org") as client:
        yield client


@pytest.fixture
def looks(database_log: DatabaseLog) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
    """What the service recorded itself, oldest first."""

    async def read() -> list[dict[str, Any]]:
        async with database_log.db.transaction() as tx:
            rows = await tx.execute(text("SELECT headers, data FROM event ORDER BY id"))
            return [
                {"type": row.headers["ce_type"], "partnership": row.headers["ce_partnership"], **json.loads(row.data)}
                for row in rows
            ]

    return read

"""Fixtures of this service's tests: a migrated database, emptied for each test."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from chassis.testing.kept import KeptDatabases
from chassis.testing.postgres import emptying
from chassis.testing.signer import Signer

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their builders

from notify_examples import NOW
from notify_service import settings

from agency_notify.main import build

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]
_EMPTY = emptying(
    (
        *("endpoint_test", "attempt", "delivery", "escalation", "decision", "accepted_handover", "notice", "endpoint"),
        *("referral", "event", "position", "applied", "parked", "suspension", "command"),
    )
)


@pytest.fixture(scope="session")
async def urls(migrated_database: MakeDatabase) -> DatabaseUrls:
    return await migrated_database("agency_notify")


@pytest.fixture
async def fresh_urls(migrated_database: MakeDatabase) -> DatabaseUrls:
    return await migrated_database("agency_notify")


@pytest.fixture
async def db(urls: DatabaseUrls, kept: KeptDatabases) -> Database:
    async with kept.of(urls.owner_url, "owner").statement() as tx:
        await tx.execute(text(_EMPTY))
    return kept.of(urls.app_url, "test")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def signer(signer: Signer, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Signer:
    """The run's test issuer, by this test's clock."""
    monkeypatch.setattr(signer, "clock", clock)
    return signer


@pytest.fixture
async def service(
    db: Database, urls: DatabaseUrls, kept: KeptDatabases, clock: SettableClock, signer: Signer, tmp_path: Path
) -> AsyncIterator[Service]:
    of_service = kept.of(urls.app_url, "service")
    built = build(settings(urls.app_url, tmp_path), db=of_service, clock=clock, verifier=signer.verifier())
    yield built
    await built.close()


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(service.app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://notify.example.org") as client:
        yield client

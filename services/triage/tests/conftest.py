"""Fixtures of this service's tests: a migrated database, emptied for each test, and the service on it."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from chassis.testing.kept import KeptDatabases
from chassis.testing.postgres import emptying
from chassis.testing.signer import Signer

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their builders

from triage_examples import NOW
from triage_world import ADDRESS, World, settings

from triage.main import build

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]
_EMPTY = emptying(
    (
        *("alarm", "clock", "handover", "decision", "recommendation", "information_answer", "information_request"),
        *("rating", "question", "news", "child", "last_look", "case", "worker", "command"),
        *("notice", "event", "position", "applied", "parked", "suspension"),
    )
)


@pytest.fixture(scope="session")
async def urls(migrated_database: MakeDatabase) -> DatabaseUrls:
    return await migrated_database("triage")


@pytest.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[AsyncEngine]:
    """The owner's connection, for what the serving role may not do."""
    engine = create_async_engine(make_url(urls.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    yield engine
    await engine.dispose()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
async def service(
    urls: DatabaseUrls, kept: KeptDatabases, signer: Signer, clock: SettableClock
) -> AsyncIterator[Service]:
    db = kept.of(urls.app_url, "service")
    built = build(settings(urls.app_url), db=db, clock=clock, ids=RandomIds(), verifier=signer.verifier())
    yield built
    await built.close()


@pytest.fixture
async def world(
    service: Service, signer: Signer, clock: SettableClock, kept: KeptDatabases, urls: DatabaseUrls
) -> AsyncIterator[World]:
    async with kept.of(urls.owner_url, "owner").statement() as tx:
        await tx.execute(text(_EMPTY))
    db = kept.of(urls.app_url, "test")
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        yield World(http, signer, db, service.app.state.dependencies, clock)

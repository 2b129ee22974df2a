"""Fixtures of this service's tests: a migrated database, emptied for each test."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their builders

from notify_examples import NOW

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]
_EMPTY = (
    "TRUNCATE attempt, delivery, escalation, decision, accepted_handover, notice, endpoint, referral,"
    " event, position, applied, parked"
)


@pytest.fixture(scope="session")
async def urls(migrated_database: MakeDatabase) -> DatabaseUrls:
    return await migrated_database("agency_notify")


@pytest.fixture
async def fresh_urls(migrated_database: MakeDatabase) -> DatabaseUrls:
    return await migrated_database("agency_notify")


@pytest.fixture
async def db(urls: DatabaseUrls) -> AsyncIterator[Database]:
    owner = create_async_engine(make_url(urls.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with owner.begin() as tx:
        await tx.execute(text(_EMPTY))
    await owner.dispose()
    database = Database.connect(urls.app_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)

"""A database with delivery's tables, and a reader of it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.testing.delivery import Reader


@pytest.fixture
async def urls(migrated_database: Callable[[str], Awaitable[DatabaseUrls]]) -> DatabaseUrls:
    return await migrated_database("chassis.testing")


@pytest.fixture
async def db(urls: DatabaseUrls) -> AsyncIterator[Database]:
    database = Database.connect(urls.app_url)
    yield database
    await database.close()


@pytest.fixture
async def reader(db: Database) -> Reader:
    made = Reader(db)
    await made.start()
    return made

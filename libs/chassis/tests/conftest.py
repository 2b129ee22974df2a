"""A database with delivery's tables, emptied before each test, a reader of it, and what is logged."""

import json
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery.tables import TABLES
from chassis.run.provision import DatabaseUrls
from chassis.telemetry import logs
from chassis.testing.delivery import Reader
from chassis.testing.kept import KeptDatabases
from chassis.testing.postgres import emptying

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their examples

_EMPTY = emptying([*(table.name for table in TABLES), "effect"])
_COUNT_AGAIN = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
"""Every sequence of the database begins again."""


@pytest.fixture(scope="session")
async def shared_urls(migrated_database: Callable[[str], Awaitable[DatabaseUrls]]) -> DatabaseUrls:
    return await migrated_database("chassis.testing")


@pytest.fixture
async def urls(shared_urls: DatabaseUrls, kept: KeptDatabases) -> DatabaseUrls:
    async with kept.of(shared_urls.owner_url, "owner").transaction() as tx:
        await tx.execute(text(_EMPTY))
        await tx.execute(text(_COUNT_AGAIN))
    return shared_urls


@pytest.fixture
def db(urls: DatabaseUrls, kept: KeptDatabases) -> Database:
    return kept.of(urls.app_url, "test")


@pytest.fixture
async def reader(db: Database) -> Reader:
    made = Reader(db)
    await made.start()
    return made


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Calls to it give what was logged since, as parsed JSON."""
    before = structlog.get_config()
    logs.write_json("triage", level=logging.DEBUG)
    structlog.configure(cache_logger_on_first_use=False)
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.configure(**before)

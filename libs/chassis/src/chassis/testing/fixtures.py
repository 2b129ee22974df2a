"""Pytest fixtures for every member, loaded once by the root ``conftest.py``."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.run.provision import DatabaseUrls
from chassis.testing import postgres as postgres_server
from chassis.testing import spans as test_spans
from chassis.testing.kept import KeptDatabases
from chassis.testing.signer import Signer


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The administrator's address of one PostgreSQL server for the whole run.

    Its folder is not one of pytest's: another run on this machine would prune those while the server uses them.
    """
    with TemporaryDirectory(prefix="frontdoor-") as folder, postgres_server.server(Path(folder)) as admin_url:
        yield admin_url


@pytest.fixture(scope="session")
def migrated_database(postgres: str) -> Callable[[str], Awaitable[DatabaseUrls]]:
    """Makes a fresh database, migrated for the package named: ``await migrated_database("triage")``."""

    async def make(package: str) -> DatabaseUrls:
        return await postgres_server.migrated(postgres, package)

    return make


@pytest.fixture(scope="session")
def copied_database(postgres: str) -> Callable[[str], Awaitable[DatabaseUrls]]:
    """The same, for a database of each test's own: copied from one that was migrated once."""

    async def make(package: str) -> DatabaseUrls:
        return await postgres_server.copied(postgres, package)

    return make


@pytest.fixture(scope="session")
async def kept() -> AsyncIterator[KeptDatabases]:
    """Databases with connections that stay from test to test: ``kept.of(urls.app_url, "service")``."""
    databases = KeptDatabases()
    yield databases
    await databases.end()


@pytest.fixture(scope="session")
def signer() -> Signer:
    """A test issuer of access tokens."""
    return Signer()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Traces during one test; ``spans.get_finished_spans()`` holds what would have left the process."""
    with test_spans.collected() as exporter:
        yield exporter

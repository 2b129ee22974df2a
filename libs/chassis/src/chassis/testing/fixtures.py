"""Pytest fixtures for every member, loaded once by the root ``conftest.py``."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from chassis.provision import DatabaseUrls
from chassis.testing import postgres as postgres_server
from chassis.testing.signer import Signer


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The administrator's address of one PostgreSQL server for the whole run."""
    with postgres_server.server(tmp_path_factory.mktemp("postgres")) as admin_url:
        yield admin_url


@pytest.fixture(scope="session")
def migrated_database(postgres: str) -> Callable[[str], Awaitable[DatabaseUrls]]:
    """Makes a fresh database, migrated for the package named: ``await migrated_database("triage")``."""

    async def make(package: str) -> DatabaseUrls:
        return await postgres_server.migrated(postgres, package)

    return make


@pytest.fixture(scope="session")
def signer() -> Signer:
    """A test issuer of access tokens."""
    return Signer()

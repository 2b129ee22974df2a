"""Migrations: Alembic, run by the owner role before a service starts."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.run.provision import DatabaseUrls, provision_at

_LOCK: Final = 7_203_601
NEWEST: Final = "head"
NOTHING: Final = "base"


async def upgrade(owner_url: str, *, package: str, to: str = NEWEST) -> None:
    """Bring the database to the newest revision of ``package``, or to an older one for a test. Commits.

    Two processes may call it at once: the lock makes the second wait, then find nothing to do.
    """

    def run(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(package, connection), to)

    await _as_owner(owner_url, run)


async def prepare(urls: DatabaseUrls, *, package: str, admin_url: str) -> None:
    """What the ``migrate`` command does: with an ``admin_url`` the database is made first, if it is not there.

    Raises ``ValueError`` when the addresses are not those of one database.
    """
    if admin_url:
        await provision_at(admin_url, urls)
    await upgrade(urls.owner_url, package=package)


async def downgrade(owner_url: str, *, package: str, to: str = NOTHING) -> None:
    """Take every revision back, or those after one. Commits. For the tests that each revision has a way back."""
    await _as_owner(owner_url, lambda connection: command.downgrade(_config(package, connection), to))


async def differences(owner_url: str, tables: MetaData) -> list[Any]:
    """What the migrated database and ``tables`` disagree about; empty when they are the same."""
    found: list[Any] = []

    def run(connection: Connection) -> None:
        found.extend(compare_metadata(MigrationContext.configure(connection), tables))

    await _as_owner(owner_url, run)
    return found


def run_in_environment() -> None:
    """The whole of a service's ``migrations/env.py``."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=False)
    context.run_migrations()


def _config(package: str, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files(package).joinpath("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def _as_owner(owner_url: str, run: Callable[[Connection], None]) -> None:
    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()

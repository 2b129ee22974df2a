"""The driver's connection, which asks the server less than it would by itself."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

import asyncpg

_GIVEN_BY_HAND: Final = 10_000
"""PostgreSQL numbers its own types below this by hand: such a number means the same in every server and version."""
_known_types: Final[dict[frozenset[int], Sequence[asyncpg.Record]]] = {}


class _NotAsked(NamedTuple):
    """In place of the statement that would have asked. The driver looks at its name only: "" would have it repeated."""

    name: str = "not asked"


class Connection(asyncpg.Connection):
    """A connection that learns from the others of this process what types of the server are."""

    async def _introspect_types(
        self, typeoids: Collection[int], timeout: float | None
    ) -> tuple[Sequence[asyncpg.Record], Any]:
        """What these types are, which the driver wants to know before the first array of uuids, for example.

        It would ask on every new connection, and the answer costs the server three times what the connection does.
        """
        types = frozenset(typeoids)
        if types in _known_types:
            return _known_types[types], _NotAsked()
        found, asked = await super()._introspect_types(typeoids, timeout)  # type: ignore[misc]
        if max(types) < _GIVEN_BY_HAND:
            _known_types[types] = found
        return found, asked

"""Which pages PostgreSQL had to touch for one operation: why full tables take longer, if they do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import asyncpg

TURNS: Final = 60
MOST_READ: Final = 5
"""So many tables and indexes are named, those of which most pages were read."""
_REPORTED_WITHIN: Final = 10.5
"""Seconds. A connection that has nothing to do reports what it counted after ten."""

_PAGES: Final = """
    SELECT relname, coalesce(heap_blks_hit, 0) + coalesce(toast_blks_hit, 0) + coalesce(tidx_blks_hit, 0) AS hit,
           coalesce(heap_blks_read, 0) + coalesce(toast_blks_read, 0) + coalesce(tidx_blks_read, 0) AS read
    FROM pg_statio_user_tables
    UNION ALL SELECT indexrelname, idx_blks_hit, idx_blks_read FROM pg_statio_user_indexes
"""


@dataclass(frozen=True)
class Pages:
    """By table and index: pages that were in PostgreSQL's own memory, and pages that had to be read into it."""

    hit: Mapping[str, int]
    read: Mapping[str, int]

    @classmethod
    async def now(cls, admin_url: str, databases: Sequence[str]) -> Self:
        """So far, of these databases."""
        hit, read = {}, {}
        for database in databases:
            connection = await asyncpg.connect(admin_url, database=database)
            try:
                for name, its_hit, its_read in await connection.fetch(_PAGES):
                    hit[f"{database}.{name}"], read[f"{database}.{name}"] = its_hit, its_read
            finally:
                await connection.close()
        return cls(hit, read)


@dataclass(frozen=True)
class Touched:
    """By one turn: how many pages, how many of them were read, and of what most."""

    pages: float
    pages_read: float
    most_read: Mapping[str, float]

    @classmethod
    def between(cls, before: Pages, after: Pages, *, turns: int) -> Self:
        """For each of so many turns."""
        hit = sum(after.hit.values()) - sum(before.hit.values())
        read = {name: (count - before.read.get(name, 0)) / turns for name, count in after.read.items()}
        most = sorted(read.items(), key=lambda one: -one[1])[:MOST_READ]
        return cls(
            pages=round(hit / turns + sum(read.values()), 1),
            pages_read=round(sum(read.values()), 1),
            most_read={name: round(count, 1) for name, count in most if count >= 0.1},
        )


async def touched_by(
    turns: Mapping[str, Callable[[], Awaitable[object]]], admin_url: str, databases: Mapping[str, Sequence[str]]
) -> Mapping[str, Touched]:
    """By one turn of each side, with what prepares it, on the average of some."""
    await asyncio.sleep(_REPORTED_WITHIN)
    before = {side: await Pages.now(admin_url, names) for side, names in databases.items()}
    for _ in range(TURNS):
        for turn in turns.values():
            await turn()
    await asyncio.sleep(_REPORTED_WITHIN)
    after = {side: await Pages.now(admin_url, names) for side, names in databases.items()}
    return {side: Touched.between(before[side], after[side], turns=TURNS) for side in turns}

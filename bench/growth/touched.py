"""What PostgreSQL had to touch for one operation: why full tables take longer, if they do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import asyncpg

TURNS: Final = 60
_REPORTED_WITHIN: Final = 10.5
"""Seconds. A connection that has nothing to do reports what it counted after ten."""

_PAGES: Final = """
    SELECT coalesce(sum(hit), 0) AS hit, coalesce(sum(read), 0) AS read FROM (
        SELECT coalesce(heap_blks_hit, 0) + coalesce(toast_blks_hit, 0) + coalesce(tidx_blks_hit, 0) AS hit,
               coalesce(heap_blks_read, 0) + coalesce(toast_blks_read, 0) + coalesce(tidx_blks_read, 0) AS read
        FROM pg_statio_user_tables
        UNION ALL SELECT idx_blks_hit, idx_blks_read FROM pg_statio_user_indexes
    ) each
"""
_WAL: Final = "SELECT wal_bytes, wal_fpi FROM pg_stat_wal"


@dataclass(frozen=True)
class Touched:
    """Of one turn. ``pages_read`` were not in PostgreSQL's own memory; whole pages went to the log ``whole_pages``."""

    pages: float
    pages_read: float
    wal_kb: float
    whole_pages: float

    @classmethod
    async def now(cls, admin_url: str, databases: Sequence[str]) -> Self:
        """So far, of these databases; of the log of the whole server."""
        hit = read = 0
        for name in databases:
            connection = await asyncpg.connect(admin_url, database=name)
            try:
                (pages,), (wal,) = await connection.fetch(_PAGES), await connection.fetch(_WAL)
            finally:
                await connection.close()
            hit, read = hit + int(pages["hit"]), read + int(pages["read"])
        return cls(hit + read, read, float(wal["wal_bytes"]) / 1000, float(wal["wal_fpi"]))

    def since(self, before: "Touched", *, turns: int) -> "Touched":
        """For each of so many turns."""
        return Touched(
            *(round((getattr(self, name) - getattr(before, name)) / turns, 1) for name in self.__dataclass_fields__)
        )


async def touched_by(turn: Callable[[], Awaitable[object]], admin_url: str, databases: Sequence[str]) -> Touched:
    """By one turn, with what prepares it, on the average of some."""
    await asyncio.sleep(_REPORTED_WITHIN)
    before = await Touched.now(admin_url, databases)
    for _ in range(TURNS):
        await turn()
    await asyncio.sleep(_REPORTED_WITHIN)
    return (await Touched.now(admin_url, databases)).since(before, turns=TURNS)

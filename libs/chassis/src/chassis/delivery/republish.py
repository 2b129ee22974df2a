"""Publishing again: Kafka can be rebuilt from the event tables, aggregate by aggregate."""

from typing import Final

from sqlalchemy import text

from chassis.db import Transaction
from contracts.envelope import NO_PARTNERSHIP

PAGE: Final = 1000

_AGAIN: Final = text(
    """UPDATE event SET published_at = NULL
       WHERE aggregate = :aggregate AND version > :after AND published_at IS NOT NULL"""
)
_HEADS: Final = text(
    """SELECT aggregate, max(version) AS version FROM event
       WHERE aggregate > :after
         AND (CAST(:partnership AS text) IS NULL OR headers ->> 'ce_partnership' IN (:partnership, :nobodys))
       GROUP BY aggregate ORDER BY aggregate LIMIT :limit"""
)
_APPLIED: Final = text(
    "SELECT aggregate, version FROM applied WHERE aggregate > :after ORDER BY aggregate LIMIT :limit"
)


async def republish(tx: Transaction, aggregate: str, *, after_version: int) -> int:
    """Let the relay send an aggregate's events after a version once more. Returns how many.

    Harmless where they had arrived: readers drop versions already in effect.
    """
    result = await tx.execute(_AGAIN, {"aggregate": aggregate, "after": after_version})
    return int(result.rowcount)


async def heads(
    tx: Transaction, *, after: str = "", limit: int = PAGE, partnership: str | None = None
) -> dict[str, int]:
    """A page of this service's own aggregates and their newest versions, by name after ``after``.

    With ``partnership`` those that have events of it or of none, and the newest of these.
    """
    values = {"after": after, "limit": limit, "partnership": partnership, "nobodys": NO_PARTNERSHIP}
    rows = await tx.execute(_HEADS, values)
    return {row.aggregate: row.version for row in rows}


async def applied(tx: Transaction, *, after: str = "", limit: int = PAGE) -> dict[str, int]:
    """A page of foreign aggregates and the versions in effect here, by name after ``after``."""
    rows = await tx.execute(_APPLIED, {"after": after, "limit": limit})
    return {row.aggregate: row.version for row in rows}


async def unpublished(tx: Transaction) -> int:
    """How many events wait to be sent."""
    return await tx.scalar(text("SELECT count(*) FROM event WHERE published_at IS NULL")) or 0

"""Publishing again: Kafka can be rebuilt from the event tables, aggregate by aggregate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Transaction
from contracts.envelope import NO_PARTNERSHIP

PAGE: Final = 1000
EVENTS_LOOKED_AT: Final = 50_000
"""So many rows of the event table one request about a type looks through."""

_AGAIN: Final = text(
    """UPDATE event SET published_at = NULL
       WHERE aggregate = :aggregate AND version > :after AND published_at IS NOT NULL"""
)
_HEADS: Final = text(
    """SELECT aggregate, max(version) AS version FROM event
       WHERE aggregate > :after GROUP BY aggregate ORDER BY aggregate LIMIT :limit"""
)
"""Beside the next one, because it is answered from the index alone."""
_HEADS_OF_PARTNERSHIP: Final = text(
    """SELECT aggregate, max(version) AS version FROM event
       WHERE aggregate > :after AND headers ->> 'ce_partnership' IN (:partnership, :nobodys)
       GROUP BY aggregate ORDER BY aggregate LIMIT :limit"""
)
_APPLIED: Final = text("SELECT aggregate, version FROM applied WHERE aggregate = ANY(CAST(:aggregates AS text[]))")

_OF_TYPE: Final = text(
    """SELECT id FROM event WHERE id > :after AND id <= :until AND published_at IS NOT NULL
       AND headers ->> 'ce_type' = :type ORDER BY id"""
)
_WAITS_SINCE: Final = text(
    """SELECT CAST(headers ->> 'ce_time' AS timestamptz) FROM event
       WHERE published_at IS NULL ORDER BY id LIMIT 1"""
)
_LAST: Final = text("SELECT coalesce(max(id), 0) FROM event")
_SEND_AGAIN: Final = text("UPDATE event SET published_at = NULL WHERE id = ANY(CAST(:ids AS bigint[]))")
_BACKFILL: Final = text(
    """INSERT INTO backfill (type, requested_at, requested_by, requested_reason) VALUES (:type, :now, :by, :reason)
       ON CONFLICT (type) DO UPDATE SET requested_at = EXCLUDED.requested_at, requested_by = EXCLUDED.requested_by,
                                        requested_reason = EXCLUDED.requested_reason"""
)


@dataclass(frozen=True)
class Page:
    """How many events of a type were found, and where to go on; None at the end."""

    events: int
    next: int | None


async def republish(tx: Transaction, aggregate: str, *, after_version: int) -> int:
    """Let the relay send an aggregate's events after a version once more. Returns how many.

    Harmless where they had arrived: readers drop versions already in effect.
    """
    result = await tx.execute(_AGAIN, {"aggregate": aggregate, "after": after_version})
    return int(result.rowcount)


async def republish_type(tx: Transaction, event_type: str, *, after: int, dry_run: bool) -> Page:
    """Let the relay send every event of a type once more, a stretch of the table at a time."""
    last = await tx.scalar(_LAST) or 0
    until = after + EVENTS_LOOKED_AT
    ids = list((await tx.execute(_OF_TYPE, {"type": event_type, "after": after, "until": until})).scalars())
    if ids and not dry_run:
        await tx.execute(_SEND_AGAIN, {"ids": ids})
    return Page(len(ids), until if until < last else None)


async def backfill(tx: Transaction, event_type: str, *, reason: str, by: str, now: datetime) -> None:
    """From now on events of a type that were followed unread take effect when they are published again."""
    await tx.execute(_BACKFILL, {"type": event_type, "reason": reason, "by": by, "now": now})


async def heads(
    tx: Transaction, *, after: str = "", limit: int = PAGE, partnership: str | None = None
) -> dict[str, int]:
    """A page of this service's own aggregates and their newest versions, by name after ``after``.

    With ``partnership`` those that have events of it or of none, and the newest of these.
    """
    values = {"after": after, "limit": limit}
    if partnership is None:
        rows = await tx.execute(_HEADS, values)
    else:
        of_it = {"partnership": partnership, "nobodys": NO_PARTNERSHIP}
        rows = await tx.execute(_HEADS_OF_PARTNERSHIP, {**values, **of_it})
    return {row.aggregate: row.version for row in rows}


async def applied(tx: Transaction, aggregates: Sequence[str]) -> dict[str, int]:
    """The versions in effect here of foreign aggregates; one that nothing is in effect of is left out."""
    rows = await tx.execute(_APPLIED, {"aggregates": aggregates})
    return {row.aggregate: row.version for row in rows}


async def unpublished(tx: Transaction) -> int:
    """How many events wait to be sent."""
    return await tx.scalar(text("SELECT count(*) FROM event WHERE published_at IS NULL")) or 0


async def unpublished_since(tx: Transaction) -> datetime | None:
    """When the first event happened that waits to be sent; None when none does."""
    found: datetime | None = await tx.scalar(_WAITS_SINCE)
    return found

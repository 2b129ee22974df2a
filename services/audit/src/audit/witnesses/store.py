"""All SQL of witnesses: what they cosigned, how they stand, and how much of the log enough of them have seen."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text

from audit.cosignature import Cosignature
from audit.model import StoredCheckpoint
from audit.witnesses.model import Known, Outcome, Standing
from chassis.db import Transaction

_KNOWN: Final = text(
    "SELECT key, size, outcome, asked_at, failing_since FROM witness WHERE key = ANY(CAST(:keys AS text[]))"
)
_PUT_KNOWN: Final = text(
    """INSERT INTO witness (key, size, outcome, asked_at, failing_since)
       VALUES (:key, :size, :outcome, :asked_at, :failing_since)
       ON CONFLICT (key) DO UPDATE SET size = EXCLUDED.size, outcome = EXCLUDED.outcome,
           asked_at = EXCLUDED.asked_at, failing_since = EXCLUDED.failing_since"""
)
# Asked twice within a second, a witness gives the same answer twice.
_ADD: Final = text(
    """INSERT INTO cosignature (key, size, cosigned_at, line) VALUES (:key, :size, :cosigned_at, :line)
       ON CONFLICT DO NOTHING"""
)
_LINES: Final = text(
    """SELECT DISTINCT ON (key) line FROM cosignature WHERE size = :size ORDER BY key, cosigned_at DESC"""
)
_NEWEST: Final = text(
    """SELECT wanted.key, newest.size, newest.cosigned_at
       FROM unnest(CAST(:keys AS text[])) AS wanted(key), LATERAL (
           SELECT size, cosigned_at FROM cosignature AS c WHERE c.key = wanted.key
           ORDER BY size DESC, cosigned_at DESC LIMIT 1
       ) AS newest"""
)
# No size above what the nth-furthest witness has cosigned can have n cosignatures: the search begins there, and not
# at all the sizes that the others cosigned while that witness was away.
_WITNESSED: Final = text(
    """WITH furthest AS (
           SELECT (SELECT max(c.size) FROM cosignature AS c WHERE c.key = wanted.key) AS size
           FROM unnest(CAST(:keys AS text[])) AS wanted(key)
       ), bound AS (
           SELECT size FROM furthest WHERE size IS NOT NULL
           ORDER BY size DESC OFFSET CAST(:needed AS integer) - 1 LIMIT 1
       )
       SELECT size FROM cosignature
       WHERE key = ANY(CAST(:keys AS text[])) AND size <= (SELECT size FROM bound)
       GROUP BY size HAVING count(DISTINCT key) >= CAST(:needed AS integer) ORDER BY size DESC LIMIT 1"""
)
_SIGNED: Final = text("SELECT coalesce(max(size), 0) FROM checkpoint")
_SIGNED_AFTER: Final = text("SELECT signed_at FROM checkpoint WHERE size > :size ORDER BY size LIMIT 1")


async def find_known(tx: Transaction, keys: Sequence[str]) -> dict[str, Known]:
    """What is known of those of the witnesses that were ever asked, by key."""
    rows = await tx.execute(_KNOWN, {"keys": list(keys)})
    return {row.key: Known(row.size, Outcome(row.outcome), row.asked_at, row.failing_since) for row in rows}


async def put_known(tx: Transaction, key: str, known: Known) -> None:
    """Keep what is known of one witness now."""
    values = {"size": known.size, "outcome": known.outcome, "asked_at": known.asked_at}
    await tx.execute(_PUT_KNOWN, {"key": key, **values, "failing_since": known.failing_since})


async def add_cosignature(tx: Transaction, size: int, cosignature: Cosignature) -> None:
    """Keep a verified cosignature of the checkpoint that was signed at ``size``."""
    at = datetime.fromtimestamp(cosignature.time, UTC)
    values = {"key": str(cosignature.key), "size": size, "cosigned_at": at, "line": cosignature.line}
    await tx.execute(_ADD, values)


async def cosigned(tx: Transaction, checkpoint: StoredCheckpoint) -> str:
    """The note of a checkpoint with the newest cosignature of each witness that signed this very size."""
    lines = (await tx.execute(_LINES, {"size": checkpoint.size})).scalars()
    return checkpoint.note + "".join(lines)


async def find_newest(tx: Transaction, keys: Sequence[str]) -> dict[str, tuple[int, datetime]]:
    """The largest size that each of these witnesses has cosigned, and when last; by key."""
    rows = await tx.execute(_NEWEST, {"keys": list(keys)})
    return {row.key: (row.size, row.cosigned_at) for row in rows}


async def find_standing(tx: Transaction, keys: Sequence[str], needed: int) -> Standing:
    """How far the log is signed, and how far ``needed`` of these witnesses have cosigned one and the same size."""
    signed: int = (await tx.execute(_SIGNED)).scalar_one()
    if not keys:
        return Standing(signed, None, None)
    witnessed: int | None = await tx.scalar(_WITNESSED, {"keys": list(keys), "needed": needed})
    # A log that nobody has witnessed has waited since its first checkpoint, which may be of size 0.
    since: datetime | None = await tx.scalar(_SIGNED_AFTER, {"size": -1 if witnessed is None else witnessed})
    return Standing(signed, witnessed, since)

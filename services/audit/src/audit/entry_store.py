"""All SQL of reading entries with their salts: for those who are entitled, and for nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from audit.commitment import Opening
from audit.model import CONTINUED, PlacedEntry
from chassis.db import Transaction
from contracts.envelope import NO_PARTNERSHIP

PAGE_LEAVES: Final = 2_048
PAGE_BYTES: Final = 4_000_000
"""A page ends at whichever comes first, and has at least one entry where there is one: at most 65,535 bytes."""

LOOKS_GONE_THROUGH: Final = 20_000
LOOKS_SHOWN: Final = 200
"""So many looks one request about a reader goes through at most, and so many of that reader's it shows."""

_ENTRY: Final = "leaf_index, subject, version, type, referral_id, salt, body"

# Whose referral it is, as its first entry says. A refused look does not count: it is an entry of the person who tried,
# and may be read before the referral itself. What belongs to no referral carries the nil id, which is at home nowhere.
_HOME: Final = """(SELECT home.partnership FROM entry home
       WHERE home.referral_id = {referral} AND home.type <> 'access.denied.v1'
         AND home.referral_id <> '00000000-0000-0000-0000-000000000000'
       ORDER BY home.leaf_index LIMIT 1)"""
_HOME_OF: Final = text("SELECT " + _HOME.format(referral="CAST(:referral_id AS uuid)"))
_OF_REFERRAL: Final = text(
    f"SELECT {_ENTRY} FROM entry WHERE referral_id = :referral_id ORDER BY occurred_at, leaf_index"  # noqa: S608
)
_IS_LOOK: Final = "split_part(type, '.', 1) IN ('record', 'access', 'break-glass')"
_EXPORT_EDGE: Final = "CAST(CAST(convert_from(export.body, 'UTF8') AS jsonb) #>> '{data,%s}' AS bigint)"
_LOOKS: Final = text(
    f"""SELECT {_ENTRY}, occurred_at FROM entry
        WHERE referral_id = :referral_id AND {_IS_LOOK}
        UNION ALL
        SELECT {_ENTRY}, occurred_at FROM entry AS export
        WHERE type = 'record.exported.v1' AND partnership = :partnership AND EXISTS (
            SELECT FROM entry AS shown WHERE shown.referral_id = :referral_id
              AND shown.leaf_index >= {_EXPORT_EDGE % "first_index"}
              AND shown.leaf_index < {_EXPORT_EDGE % "end_index"})
        ORDER BY occurred_at, leaf_index"""  # noqa: S608 - constants of this file
)
_PAGE: Final = text(
    f"""WITH wanted AS (
            SELECT {_ENTRY} FROM entry
            WHERE leaf_index >= :first AND leaf_index < :end
              AND (partnership = :partnership OR partnership = '{NO_PARTNERSHIP}'
                   OR type = 'access.denied.v1' AND {_HOME.format(referral="entry.referral_id")} = :partnership)
        ), counted AS (
            SELECT *, sum(octet_length(body)) OVER before AS bytes, row_number() OVER before AS nth,
                   max(leaf_index) OVER () AS last FROM wanted WINDOW before AS (ORDER BY leaf_index)
        )
        SELECT {_ENTRY}, last FROM counted
        WHERE nth = 1 OR coalesce(bytes, 0) <= :bytes ORDER BY leaf_index"""  # noqa: S608 - constants of this file
)
_LOOKS_OF: Final = text(
    f"""WITH gone_through AS (
            SELECT {_ENTRY} FROM entry
            WHERE partnership = :partnership AND {_IS_LOOK} AND leaf_index < :before
            ORDER BY leaf_index DESC LIMIT :most
        ), edge AS (SELECT min(leaf_index) AS last, count(*) AS looked_at, count(*) FILTER (WHERE body IS NULL)
                        AS destroyed FROM gone_through)
        SELECT {_ENTRY}, last, looked_at, destroyed FROM edge LEFT JOIN gone_through
            ON CAST(convert_from(body, 'UTF8') AS jsonb) #>> '{{data,actor}}' = :reader
        ORDER BY leaf_index DESC LIMIT :shown"""  # noqa: S608 - constants of this file
)
_CONTINUED: Final = text(
    f"SELECT {_ENTRY} FROM entry WHERE leaf_index = 0 AND type = '{CONTINUED}'"  # noqa: S608
)


@dataclass(frozen=True)
class Page:
    """The entries of one partnership among the leaves ``first <= index < end``."""

    first: int
    end: int
    entries: list[PlacedEntry]


@dataclass(frozen=True)
class LooksOf:
    """Looks of one reader, newest first. ``next`` is the place before which older ones may be."""

    entries: list[PlacedEntry]
    destroyed: int
    next: int | None


async def read_referral(tx: Transaction, referral_id: UUID) -> list[PlacedEntry]:
    """Every entry of one referral, in the order of time."""
    return _placed((await tx.execute(_OF_REFERRAL, {"referral_id": referral_id})).all())


async def read_looks(tx: Transaction, referral_id: UUID, *, partnership: str) -> list[PlacedEntry]:
    """Every look at what is held about one referral, granted or refused, and every export with an entry of it."""
    values = {"referral_id": referral_id, "partnership": partnership}
    return _placed((await tx.execute(_LOOKS, values)).all())


async def read_looks_of(tx: Transaction, reader: str, *, partnership: str, before: int) -> LooksOf:
    """What one reader looked at, was refused and exported, as far back as one request goes."""
    values = {
        "reader": reader,
        "partnership": partnership,
        "before": before,
        "most": LOOKS_GONE_THROUGH,
        "shown": LOOKS_SHOWN + 1,
    }
    rows = (await tx.execute(_LOOKS_OF, values)).all()
    edge = rows[0]
    found = [row for row in rows if row.leaf_index is not None]
    shown = found[:LOOKS_SHOWN]
    if len(found) > len(shown):
        return LooksOf(_placed(shown), edge.destroyed, shown[-1].leaf_index)
    return LooksOf(_placed(shown), edge.destroyed, edge.last if edge.looked_at == LOOKS_GONE_THROUGH else None)


async def read_page(tx: Transaction, *, first: int, size: int, partnership: str) -> Page:
    """The entries from ``first`` on, below ``size``, that are a partnership's or of none.

    A partnership's own are those it recorded, and refused looks of others at its referrals.
    """
    end = min(first + PAGE_LEAVES, size)
    values = {"first": first, "end": end, "partnership": partnership, "bytes": PAGE_BYTES}
    rows = (await tx.execute(_PAGE, values)).all()
    if rows and rows[-1].leaf_index < rows[-1].last:
        end = rows[-1].leaf_index + 1
    return Page(first, end, _placed(rows))


async def find_home(tx: Transaction, referral_id: UUID) -> str | None:
    """The partnership of a referral; None when the log holds nothing of it."""
    home: str | None = await tx.scalar(_HOME_OF, {"referral_id": referral_id})
    return home


async def find_continued(tx: Transaction) -> PlacedEntry | None:
    """The entry that the log began with when another went before it."""
    return next(iter(_placed((await tx.execute(_CONTINUED)).all())), None)


def _placed(rows: Sequence[Row[Any]]) -> list[PlacedEntry]:
    return [
        PlacedEntry(
            leaf_index=row.leaf_index,
            subject=row.subject,
            version=row.version,
            type=row.type,
            referral_id=row.referral_id,
            opening=None if row.body is None else Opening(row.salt, row.body),
        )
        for row in rows
    ]

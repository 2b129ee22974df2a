"""SQL of the marks of one referral that gets another edition, and of the referrals that it likely repeats."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, text

from chassis.db import Transaction
from contracts.events import ReferralReceived, ReferralSupplemented
from referral_intake.model import NUMBER_KINDS, DatedMark, Mark, Previous, Referral
from referral_intake.tables import repeat_mark

NUMBERS: Final = "first_number, second_number, third_number"
KEYED_NUMBERS: Final = f"ARRAY[{', '.join(f'sha256(k.key || new.{name})' for name in NUMBERS.split(', '))}]"

_LOCK: Final = text("SELECT pg_advisory_xact_lock(n) FROM unnest(CAST(:locks AS bigint[])) AS wanted(n)")
_NEW: Final = f"""
    unnest(CAST(:marks AS bytea[]), CAST(:places AS smallint[]), CAST(:times AS timestamptz[]),
           CAST(:first AS bytea[]), CAST(:second AS bytea[]), CAST(:third AS bytea[]))
    AS new(mark, place, since, {NUMBERS})
"""
_ADD: Final = text(
    f"""INSERT INTO repeat_mark (mark, referral_id, received_at, place, numbers)
        SELECT sha256(k.key || new.mark), :referral_id, new.since, new.place, {KEYED_NUMBERS}
        FROM {_NEW} CROSS JOIN repeat_key k"""  # noqa: S608  # built from constants
)
_EARLIER: Final = text(
    f"""WITH own AS MATERIALIZED (
            SELECT sha256(k.key || new.mark) AS mark, {KEYED_NUMBERS} AS numbers
            FROM {_NEW} CROSS JOIN (SELECT key FROM repeat_key LIMIT 1) k  -- nobody counts its row
        )
        SELECT r.referral_id, r.received_at
        FROM own
        CROSS JOIN LATERAL (
            SELECT m.referral_id FROM repeat_mark m
            WHERE m.mark = own.mark AND m.received_at > :since AND m.received_at < :before
              AND NOT EXISTS (SELECT FROM unnest(m.numbers, own.numbers) AS n(its, ours) WHERE its <> ours)
            OFFSET 0  -- alike first: otherwise the planner walks back through every referral until one is alike
        ) alike
        JOIN referral r ON r.referral_id = alike.referral_id
        WHERE r.received_at < :before AND r.referral_id <> :referral_id
        ORDER BY r.received_at DESC, r.referral_id DESC LIMIT 1"""  # noqa: S608  # built from constants
)
_NAMED: Final = text(
    """SELECT headers ->> 'ce_type' AS type, data FROM event
       WHERE aggregate = :aggregate AND headers ->> 'ce_type' = ANY(CAST(:types AS text[]))"""
)
_DOCUMENTS: Final = text(
    """SELECT r.referral_id, r.received_at, d.content
       FROM referral r LEFT JOIN document d ON d.referral_id = r.referral_id AND d.edition = r.edition
       WHERE r.referral_id = ANY(CAST(:ids AS uuid[]))"""
)
_SENT: Final = text(
    """SELECT r.referral_id, r.received_at, d.content
       FROM referral r JOIN document d ON d.referral_id = r.referral_id AND d.edition = r.edition
       WHERE r.partnership = :partnership AND r.agency = :agency AND r.received_at > :since
         AND (r.received_at, r.referral_id) < (:before, :before_id)
       ORDER BY r.received_at DESC, r.referral_id DESC LIMIT :page"""
)
_PAGE: Final = 50
"""As many documents are read at once; the other requests have their turn between two pages."""
_FIRST_ID: Final = UUID(int=0)


def lock_of(mark: Mark) -> int:
    """The number of the advisory lock of a mark."""
    return int.from_bytes(mark.digest[:8], signed=True)


async def lock_marks(tx: Transaction, marks: Sequence[DatedMark]) -> None:
    """Keep what accepting a referral about one of these children locks, in the same rising order.

    Interleaving prevented: a child is added here and referred alone at the same moment, and neither sees the other.
    """
    await tx.execute(_LOCK, {"locks": sorted({lock_of(dated.mark) for dated in marks})})


async def replace_marks(
    tx: Transaction, referral_id: UUID, *, old: Sequence[DatedMark], new: Sequence[DatedMark]
) -> None:
    """The marks of the edition that stands, in place of those of the one before."""
    columns, times = repeat_mark.c, sorted({dated.since for dated in old})
    await tx.execute(delete(repeat_mark).where(columns.received_at.in_(times), columns.referral_id == referral_id))
    await tx.execute(_ADD, {"referral_id": referral_id, **_values(new)})


async def forget_marks(tx: Transaction, *, before: datetime) -> int:
    """Delete the marks of referrals that came before; returns how many. They recognise nobody any more."""
    return (await tx.execute(delete(repeat_mark).where(repeat_mark.c.received_at < before))).rowcount


async def find_earlier(
    tx: Transaction, referral_id: UUID, marks: Sequence[DatedMark], *, since: datetime, before: datetime
) -> Previous | None:
    """The latest other referral that came between these instants and whose marks, while they are kept, are alike."""
    values = {"referral_id": referral_id, "since": since, "before": before, **_values(marks)}
    row = (await tx.execute(_EARLIER, values)).one_or_none()
    return Previous(row.referral_id, row.received_at) if row is not None else None


async def list_named(tx: Transaction, referral_id: UUID) -> list[tuple[Previous, bytes | None]]:
    """Every referral that any edition of this one was likely a repeat of, with its newest document; None: destroyed.

    It MUST NOT leave the service: no look is written for it.
    """
    kinds = {kind.TYPE: kind for kind in (ReferralReceived, ReferralSupplemented)}
    rows = await tx.execute(_NAMED, {"aggregate": f"referral/{referral_id}", "types": list(kinds)})
    events = [kinds[row.type].read(row.data) for row in rows]
    said = [event.facts if isinstance(event, ReferralSupplemented) else event for event in events]
    ids = {one.previous_referral_id for one in said if one is not None} - {None}
    found = await tx.execute(_DOCUMENTS, {"ids": list(ids)})
    return [(Previous(row.referral_id, row.received_at), row.content) for row in found]


async def read_sent(
    tx: Transaction, referral: Referral, *, since: datetime, before: datetime
) -> AsyncIterator[tuple[Previous, bytes]]:
    """The referrals of the same agency that came between these instants, latest first, each with its newest document.

    They MUST NOT leave the service: no look is written for them.
    """
    whose = {"partnership": referral.partnership, "agency": referral.agency, "since": since, "page": _PAGE}
    before_id = _FIRST_ID
    while rows := (await tx.execute(_SENT, {**whose, "before": before, "before_id": before_id})).all():
        for row in rows:
            yield Previous(row.referral_id, row.received_at), row.content
        before, before_id = rows[-1].received_at, rows[-1].referral_id


def _values(dated: Sequence[DatedMark]) -> dict[str, list[Any]]:
    """The columns of ``_NEW``: one for each kind of number, beside the marks themselves."""
    numbers = [one.mark.numbers for one in dated]
    kinds = ([each[kind] for each in numbers] for kind in range(NUMBER_KINDS))
    return {
        "marks": [one.mark.digest for one in dated],
        "places": [one.mark.place for one in dated],
        "times": [one.since for one in dated],
        **dict(zip(("first", "second", "third"), kinds, strict=True)),
    }

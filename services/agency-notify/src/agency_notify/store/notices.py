"""SQL of notices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select, text, update

from agency_notify import tables
from agency_notify.done import ASKING, Done
from agency_notify.model import Late, Notice
from chassis.db import Transaction
from chassis.rows import document, insert_of
from contracts.codes import EscalationReason, NoticeKind, WithheldReason
from contracts.events import Event, NoticeAcknowledged, NoticeOpened, NoticeWithheld

NOTICE_COLUMNS: Final = tuple(tables.notice.c[field.name] for field in fields(Notice))
_INSERT: Final = insert_of(tables.notice, ("caused_by", *(column.name for column in NOTICE_COLUMNS)))
_LOCK_REPLACED: Final = text(
    f"""SELECT {", ".join(f"n.{column.name}" for column in NOTICE_COLUMNS)}, w.notice_id AS by
        FROM unnest(CAST(:ids AS uuid[]), CAST(:referrals AS uuid[]), CAST(:agencies AS text[]),
                    CAST(:kinds AS text[]), CAST(:abouts AS uuid[]))
             AS w(notice_id, referral_id, agency, kind, about_id)
        JOIN notice n USING (referral_id, agency, kind, about_id)
        WHERE n.superseded_by IS NULL AND n.notice_id <> w.notice_id
        ORDER BY n.number FOR UPDATE OF n"""  # noqa: S608  # built from constants
)
_SUPERSEDE: Final = text(
    """UPDATE notice SET superseded_by = n.by
       FROM unnest(CAST(:ids AS uuid[]), CAST(:by AS uuid[])) AS n(notice_id, by)
       WHERE notice.notice_id = n.notice_id"""
)
_WITHHOLD: Final = text(
    """WITH withheld AS (
           UPDATE notice SET withheld = :reason WHERE notice_id = ANY(CAST(:ids AS uuid[]))
       )
       UPDATE delivery SET state = 'withheld', finished_at = :now
       WHERE notice_id = ANY(CAST(:ids AS uuid[])) AND state = 'pending'"""
)
# Locked in one order first, as ``lock_replaced`` does.
_DONE: Final = text(
    """WITH done AS (
           SELECT n.notice_id
           FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(referral_id uuid, ids uuid[], steps text[], kinds text[])
           JOIN notice n USING (referral_id)
           WHERE n.done_at IS NULL
             AND (n.kind = ANY(CAST(:asking AS text[])) AND n.about_id = ANY(d.ids)
                  OR n.step = ANY(d.steps) AND n.timed_id = ANY(d.ids) OR n.kind = ANY(d.kinds))
           ORDER BY n.number FOR UPDATE OF n
       )
       UPDATE notice SET done_at = :now FROM done WHERE notice.notice_id = done.notice_id RETURNING notice.notice_id"""
)
_LATE: Final = text(
    """SELECT n.notice_id, n.kind, n.agency, n.queued_at, n.open_by, n.opened_at, e.reason, e.ended_at
       FROM notice n JOIN escalation e USING (notice_id) WHERE n.notice_id = ANY(CAST(:ids AS uuid[]))"""
)


async def record_notices(tx: Transaction, notices: Sequence[tuple[Notice, UUID]]) -> None:
    """Put notices in the inbox, or keep that they were withheld; each with the event or notice that caused it."""
    if not notices:
        return
    rows = [
        {field.name: getattr(notice, field.name) for field in fields(notice)} | {"caused_by": caused_by}
        for notice, caused_by in notices
    ]
    await tx.execute(_INSERT, document(rows))


async def find_notice(tx: Transaction, notice_id: UUID) -> Notice | None:
    """A notice, withheld ones too."""
    row = (await tx.execute(select(*NOTICE_COLUMNS).where(tables.notice.c.notice_id == notice_id))).one_or_none()
    return notice_of(row) if row is not None else None


async def find_late(tx: Transaction, notice_ids: Collection[UUID]) -> Mapping[UUID, Late]:
    """What escalation notices are about, by the ids of the notices that escalated."""
    if not notice_ids:
        return {}
    rows = await tx.execute(_LATE, {"ids": list(notice_ids)})
    return {row.notice_id: _late_of(row) for row in rows}


async def lock_notice(tx: Transaction, notice_id: UUID) -> Notice | None:
    """A notice for change.

    Interleaving prevented: two first looks at the same time both open it, or its last two channels fail at the same
    time, each sees the other still pending, and nobody is notified.
    """
    statement = select(*NOTICE_COLUMNS).where(tables.notice.c.notice_id == notice_id).with_for_update()
    row = (await tx.execute(statement)).one_or_none()
    return notice_of(row) if row is not None else None


async def lock_replaced(tx: Transaction, newer: Sequence[tuple[Notice, NoticeKind]]) -> Sequence[tuple[Notice, UUID]]:
    """The notices of a kind to the same agency about the same thing that nothing replaced before each of ``newer``,
    with the newer one's id.

    They are locked in one order, so that two who lock several cannot wait for each other.
    """
    columns = {
        "ids": [notice.notice_id for notice, _ in newer],
        "referrals": [notice.referral_id for notice, _ in newer],
        "agencies": [notice.agency for notice, _ in newer],
        "kinds": [kind for _, kind in newer],
        "abouts": [notice.about_id for notice, _ in newer],
    }
    return [(notice_of(row), row.by) for row in await tx.execute(_LOCK_REPLACED, columns)]


async def record_superseded(tx: Transaction, by: Mapping[UUID, UUID]) -> None:
    """Mark notices as replaced, each by a newer one."""
    await tx.execute(_SUPERSEDE, {"ids": list(by), "by": list(by.values())})


async def withhold(tx: Transaction, notice_ids: Collection[UUID], reason: WithheldReason, *, now: datetime) -> None:
    """Withhold notices, and end every push of theirs that was not made; all these rows MUST be locked."""
    if notice_ids:
        await tx.execute(_WITHHOLD, {"ids": list(notice_ids), "reason": reason, "now": now})


async def record_done(tx: Transaction, done: Mapping[UUID, Done], *, now: datetime) -> Sequence[UUID]:
    """Mark the notices of referrals that ask for nothing any more; returns which these are."""
    if not done:
        return ()
    rows = [
        {"referral_id": referral_id, "ids": tuple(one.ids), "steps": sorted(one.steps), "kinds": sorted(one.kinds)}
        for referral_id, one in done.items()
    ]
    return (await tx.scalars(_DONE, {**document(rows), "asking": sorted(ASKING), "now": now})).all()


async def record(tx: Transaction, event: Event) -> None:
    """Write what an event says of its notice; events about deliveries change nothing here."""
    match event:
        case NoticeOpened():
            changes: dict[str, Any] = {"opened_at": event.opened_at, "opened_by": event.opened_by}
        case NoticeAcknowledged():
            changes = {"acknowledged_at": event.acknowledged_at, "acknowledged_by": event.acknowledged_by}
        case NoticeWithheld(channel=None):
            changes = {"withheld": event.reason}
        case _:
            return
    await tx.execute(update(tables.notice).where(tables.notice.c.notice_id == event.notice_id).values(changes))


async def list_inbox(
    tx: Transaction,
    *,
    whose: tuple[str, str],
    unopened: bool,
    roles: Collection[str] | None,
    page: tuple[int | None, int],
) -> Sequence[tuple[int, Notice]]:
    """The notices of ``whose`` (partnership, agency) with their numbers, newest first; ``page`` is (numbers below, how
    many at most). With ``roles``, only those that name one of them.
    """
    notice = tables.notice.c
    wanted = and_(notice.partnership == whose[0], notice.agency == whose[1])
    if unopened:
        wanted = and_(wanted, notice.opened_at.is_(None))
    if roles is not None:
        wanted = and_(wanted, notice.roles.overlap(sorted(roles)))
    return await _page(tx, wanted, page)


async def list_escalated(
    tx: Transaction, *, partnership: str, roles: Collection[str], page: tuple[int | None, int]
) -> Sequence[tuple[int, Notice]]:
    """Notices of any agency of which one of the roles was notified, and which are still not opened, newest first."""
    notice, said = tables.notice.c, tables.notice.alias("said")
    notified = select(said.c.escalates).where(said.c.escalates == notice.notice_id, said.c.roles.overlap(sorted(roles)))
    wanted = and_(notice.partnership == partnership, notice.opened_at.is_(None), notice.late_since.is_not(None))
    return await _page(tx, and_(wanted, notified.exists()), page)


async def _page(
    tx: Transaction, wanted: ColumnElement[bool], page: tuple[int | None, int]
) -> Sequence[tuple[int, Notice]]:
    below, limit = page
    notice = tables.notice.c
    if below is not None:
        wanted = and_(wanted, notice.number < below)
    statement = (
        select(notice.number, *NOTICE_COLUMNS)
        .where(wanted, notice.withheld.is_(None))
        .order_by(notice.number.desc())
        .limit(limit)
    )
    return [(row.number, notice_of(row)) for row in await tx.execute(statement)]


def notice_of(row: Row[Any]) -> Notice:
    """A notice from a row that has every column of it."""
    values = {field.name: getattr(row, field.name) for field in fields(Notice)}
    values["kind"] = NoticeKind(row.kind)
    values["roles"] = tuple(row.roles)
    values["withheld"] = WithheldReason(row.withheld) if row.withheld else None
    return Notice(**values)


def _late_of(row: Row[Any]) -> Late:
    return Late(
        notice_id=row.notice_id,
        kind=NoticeKind(row.kind),
        agency=row.agency,
        queued_at=row.queued_at,
        reason=EscalationReason(row.reason),
        open_by=row.open_by,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
    )

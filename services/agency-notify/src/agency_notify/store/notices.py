"""SQL of notices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Row, and_, or_, select, text, update

from agency_notify import tables
from agency_notify.done import ASKING, Done
from agency_notify.model import Late, Notice
from chassis.db import Transaction
from contracts.codes import EscalationReason, NoticeKind, WithheldReason
from contracts.events import Event, NoticeAcknowledged, NoticeOpened, NoticeWithheld

NOTICE_COLUMNS: Final = tuple(tables.notice.c[field.name] for field in fields(Notice))
_NAMES: Final = ", ".join(column.name for column in NOTICE_COLUMNS)
_INSERT: Final = text(
    f"""INSERT INTO notice (caused_by, {_NAMES})
        SELECT caused_by, {_NAMES} FROM jsonb_populate_recordset(NULL::notice, CAST(:rows AS jsonb))"""  # noqa: S608
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
    await tx.execute(_INSERT, {"rows": to_json(rows).decode()})


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


async def lock_replaced(tx: Transaction, newer: Notice, kind: NoticeKind) -> Sequence[Notice]:
    """The notices of a kind to the same agency about the same thing that nothing replaced before ``newer``."""
    notice = tables.notice.c
    statement = (
        select(*NOTICE_COLUMNS)
        .where(notice.referral_id == newer.referral_id, notice.agency == newer.agency, notice.kind == kind)
        .where(notice.about_id == newer.about_id, notice.superseded_by.is_(None))
        .where(notice.notice_id != newer.notice_id)
        .order_by(notice.number)
        .with_for_update()
    )
    return [notice_of(row) for row in await tx.execute(statement)]


async def record_superseded(tx: Transaction, notice_ids: Collection[UUID], *, by: UUID) -> None:
    """Mark notices as replaced by a newer one."""
    notice = tables.notice.c
    await tx.execute(update(tables.notice).where(notice.notice_id.in_(notice_ids)).values(superseded_by=by))


async def record_done(tx: Transaction, referral_id: UUID, done: Done, *, now: datetime) -> Sequence[UUID]:
    """Mark the notices of a referral that ask for nothing any more; returns which these are."""
    notice, ids = tables.notice.c, list(done.ids)
    asked = and_(notice.kind.in_(sorted(ASKING)), notice.about_id.in_(ids))
    timed = and_(notice.step.in_(sorted(done.steps)), notice.timed_id.in_(ids))
    statement = (
        update(tables.notice)
        .where(notice.referral_id == referral_id, notice.done_at.is_(None))
        .where(or_(asked, timed, notice.kind.in_(sorted(done.kinds))))
        .values(done_at=now)
        .returning(notice.notice_id)
    )
    return (await tx.scalars(statement)).all()


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

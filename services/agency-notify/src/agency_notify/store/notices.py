"""SQL of referrals and notices."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agency_notify import tables
from agency_notify.model import Notice, Referral
from chassis.db import Transaction
from contracts.codes import NoticeKind, WithheldReason
from contracts.events import Event, NoticeAcknowledged, NoticeEscalated, NoticeOpened

NOTICE_COLUMNS: Final = tuple(tables.notice.c[field.name] for field in fields(Notice))


async def record_referral(tx: Transaction, referral: Referral) -> None:
    """Keep what notices say of a referral; its receipt and its case say the same, in either order."""
    values = {field.name: getattr(referral, field.name) for field in fields(referral)}
    await tx.execute(upsert(tables.referral).values(values).on_conflict_do_nothing())


async def find_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """What is known of a referral."""
    found = await tx.execute(select(tables.referral).where(tables.referral.c.referral_id == referral_id))
    row = found.one_or_none()
    return Referral(**row._mapping) if row is not None else None


async def record_notice(tx: Transaction, notice: Notice, *, caused_by: UUID) -> None:
    """Put a notice in the inbox, or keep that it was withheld."""
    values = {field.name: getattr(notice, field.name) for field in fields(notice)}
    await tx.execute(insert(tables.notice).values(values | {"roles": list(notice.roles), "caused_by": caused_by}))


async def find_notice(tx: Transaction, notice_id: UUID) -> Notice | None:
    """A notice, withheld ones too."""
    row = (await tx.execute(select(*NOTICE_COLUMNS).where(tables.notice.c.notice_id == notice_id))).one_or_none()
    return notice_of(row) if row is not None else None


async def lock_notice(tx: Transaction, notice_id: UUID) -> Notice | None:
    """A notice for change.

    Interleaving prevented: two first looks at the same time both open it, or its last two channels fail at the same
    time, each sees the other still pending, and nobody is told.
    """
    statement = select(*NOTICE_COLUMNS).where(tables.notice.c.notice_id == notice_id).with_for_update()
    row = (await tx.execute(statement)).one_or_none()
    return notice_of(row) if row is not None else None


async def lock_unopened(tx: Transaction, *, now: datetime, limit: int) -> Sequence[Notice]:
    """Notices that should have been opened by now and about which nobody was told; others' are skipped."""
    notice = tables.notice.c
    statement = (
        select(*NOTICE_COLUMNS)
        .where(notice.opened_at.is_(None), notice.escalated_at.is_(None), notice.withheld.is_(None))
        .where(notice.open_by <= now)
        .order_by(notice.open_by)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [notice_of(row) for row in await tx.execute(statement)]


async def record(tx: Transaction, event: Event) -> None:
    """Write what an event says of its notice; events about deliveries change nothing here."""
    match event:
        case NoticeOpened():
            changes: dict[str, Any] = {"opened_at": event.opened_at, "opened_by": event.opened_by}
        case NoticeAcknowledged():
            changes = {"acknowledged_at": event.acknowledged_at, "acknowledged_by": event.acknowledged_by}
        case NoticeEscalated():
            changes = {"escalated_at": event.escalated_at, "escalated_to": event.escalated_to}
        case _:
            return
    await tx.execute(update(tables.notice).where(tables.notice.c.notice_id == event.notice_id).values(changes))


async def list_inbox(
    tx: Transaction, *, partnership: str, agency: str, unopened: bool, page: tuple[int | None, int]
) -> Sequence[tuple[int, Notice]]:
    """An agency's notices with their numbers, newest first. ``page`` is (numbers below, how many at most)."""
    notice = tables.notice.c
    wanted = and_(notice.partnership == partnership, notice.agency == agency)
    if unopened:
        wanted = and_(wanted, notice.opened_at.is_(None))
    return await _page(tx, wanted, page)


async def list_escalated(
    tx: Transaction, *, partnership: str, roles: Sequence[str], page: tuple[int | None, int]
) -> Sequence[tuple[int, Notice]]:
    """Notices that were escalated to one of the roles and are still not opened, newest first."""
    notice = tables.notice.c
    wanted = and_(notice.partnership == partnership, notice.escalated_to.in_(roles), notice.opened_at.is_(None))
    return await _page(tx, and_(wanted, notice.escalated_at.is_not(None)), page)


async def _page(tx: Transaction, wanted: Any, page: tuple[int | None, int]) -> Sequence[tuple[int, Notice]]:
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

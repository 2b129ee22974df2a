"""SQL of how far notices about requests, questions and handovers have come."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.db import Transaction
from contracts.events import NoticeQueued
from triage import tables
from triage.model import NoticeProgress


async def record_queued(tx: Transaction, queued: NoticeQueued) -> None:
    """A notice is on its way."""
    values = {"notice_id": queued.notice_id, "about_id": queued.about_id, "queued_at": queued.queued_at}
    await tx.execute(upsert(tables.notice).values(values).on_conflict_do_nothing())


async def record_delivered(tx: Transaction, notice_id: UUID, *, at: datetime) -> None:
    """The first channel has delivered it; notices about other things are not kept here, and none is changed."""
    notice = tables.notice
    first = (notice.c.notice_id == notice_id, notice.c.delivered_at.is_(None))
    await tx.execute(update(notice).where(*first).values(delivered_at=at))


async def record_opened(tx: Transaction, notice_id: UUID, *, at: datetime) -> None:
    """Somebody has opened it."""
    notice = tables.notice
    first = (notice.c.notice_id == notice_id, notice.c.opened_at.is_(None))
    await tx.execute(update(notice).where(*first).values(opened_at=at))


async def load_progress(tx: Transaction, about_ids: Collection[UUID]) -> Mapping[UUID, NoticeProgress]:
    """By request, question or handover: when the first notice about it arrived, and when the first was opened."""
    notice = tables.notice.c
    statement = (
        select(notice.about_id, func.min(notice.delivered_at), func.min(notice.opened_at))
        .where(notice.about_id.in_(about_ids))
        .group_by(notice.about_id)
    )
    return {about_id: NoticeProgress(delivered, opened) for about_id, delivered, opened in await tx.execute(statement)}

"""SQL of how far notices about requests, questions and handovers have come."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text

from chassis.db import Transaction
from chassis.rows import document, insert_of
from contracts.events import NoticeQueued
from triage import tables
from triage.model import NoticeProgress
from triage.store.loading import one_of

_QUEUE: Final = insert_of(tables.notice, ("notice_id", "about_id", "queued_at"), unless_there=True)
_DELIVER: Final = text(
    """UPDATE notice SET delivered_at = n.at
       FROM unnest(CAST(:ids AS uuid[]), CAST(:times AS timestamptz[])) AS n(notice_id, at)
       WHERE notice.notice_id = n.notice_id AND notice.delivered_at IS NULL"""
)
_OPEN: Final = text(
    """UPDATE notice SET opened_at = n.at
       FROM unnest(CAST(:ids AS uuid[]), CAST(:times AS timestamptz[])) AS n(notice_id, at)
       WHERE notice.notice_id = n.notice_id AND notice.opened_at IS NULL"""
)


async def record_queued(tx: Transaction, queued: Sequence[NoticeQueued]) -> None:
    """Notices are on their way; one that is known is left alone."""
    if queued:
        rows = ({"notice_id": one.notice_id, "about_id": one.about_id, "queued_at": one.queued_at} for one in queued)
        await tx.execute(_QUEUE, document(rows))


async def record_delivered(tx: Transaction, at: Mapping[UUID, datetime]) -> None:
    """The first channel has delivered each; notices about other things are not kept here, and none is changed."""
    await tx.execute(_DELIVER, _columns(at))


async def record_opened(tx: Transaction, at: Mapping[UUID, datetime]) -> None:
    """Somebody has opened each."""
    await tx.execute(_OPEN, _columns(at))


def _columns(at: Mapping[UUID, datetime]) -> dict[str, Any]:
    return {"ids": list(at), "times": list(at.values())}


async def load_progress(tx: Transaction, about_ids: Collection[UUID]) -> Mapping[UUID, NoticeProgress]:
    """By request, question or handover: when the first notice about it arrived, and when the first was opened."""
    notice = tables.notice.c
    statement = (
        select(notice.about_id, func.min(notice.delivered_at), func.min(notice.opened_at))
        .where(one_of(notice.about_id, about_ids))
        .group_by(notice.about_id)
    )
    return {about_id: NoticeProgress(delivered, opened) for about_id, delivered, opened in await tx.execute(statement)}

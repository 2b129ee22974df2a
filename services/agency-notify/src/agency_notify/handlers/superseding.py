"""What a newer notice makes of those that say otherwise: withheld if nobody has them, else marked for who has."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from agency_notify import decide
from agency_notify.escalation import handlers as escalation
from agency_notify.escalation.model import Ended
from agency_notify.handlers.recording import context_of
from agency_notify.model import Notice
from agency_notify.store import deliveries, notices
from chassis.db import Transaction
from chassis.delivery.events import record_each
from contracts.codes import NoticeKind, WithheldReason


async def supersede(tx: Transaction, newer: Sequence[tuple[Notice, NoticeKind]], *, now: datetime) -> None:
    """Mark the notices of a kind about the same thing as replaced by each of ``newer``; withhold those nobody has yet.

    What is withheld is recorded in the trace of the newer notice.
    """
    if not newer:
        return
    older = await notices.lock_replaced(tx, newer)
    ids = [notice.notice_id for notice, _ in older]
    if not ids:
        return
    left = await deliveries.lock_left(tx, ids, now=now)
    await notices.record_superseded(tx, {notice.notice_id: by for notice, by in older})
    await escalation.end(tx, ids, Ended.SUPERSEDED, now=now)
    traces = {notice.notice_id: notice.traceparent for notice, _ in newer}
    events = [
        (event, replace(context_of(notice, now=now), traceparent=traces[by]))
        for notice, by in older
        for event in decide.supersede(notice, left=notice.notice_id in left, now=now)
    ]
    await notices.withhold(tx, [event.notice_id for event, _ in events], WithheldReason.SUPERSEDED, now=now)
    await record_each(tx, events)

"""What a newer notice makes of those that say otherwise: withheld if nobody has them, else marked for who has."""

from datetime import datetime

from agency_notify import decide
from agency_notify.escalation import handlers as escalation
from agency_notify.escalation.model import Ended
from agency_notify.handlers.recording import record
from agency_notify.model import Notice
from agency_notify.store import deliveries, notices
from chassis.db import Transaction
from contracts.codes import NoticeKind


async def supersede(tx: Transaction, newer: Notice, kind: NoticeKind, *, now: datetime) -> None:
    """Mark the notices of a kind about the same thing as replaced by ``newer``, and withhold those nobody has yet."""
    older = await notices.lock_replaced(tx, newer, kind)
    ids = [notice.notice_id for notice in older]
    if not ids:
        return
    left = await deliveries.lock_left(tx, ids, now=now)
    await notices.record_superseded(tx, ids, by=newer.notice_id)
    await escalation.end(tx, ids, Ended.SUPERSEDED, now=now)
    for notice in older:
        events = decide.supersede(notice, left=notice.notice_id in left, now=now)
        await record(tx, notice, events, now=now)
        if events:
            await deliveries.withhold_pending(tx, notice.notice_id, now=now)

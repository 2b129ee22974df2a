"""What follows an attempt. The deliverer opened the transaction."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from agency_notify import decide
from agency_notify.errors import NoSuchNotice
from agency_notify.escalation import handlers as escalation
from agency_notify.escalation.model import Ended
from agency_notify.handlers.recording import record
from agency_notify.model import Delivery, DeliveryState, Receipt
from agency_notify.store import deliveries, endpoints, notices
from chassis.db import Transaction
from contracts.codes import DeliveryFailure, WithheldReason
from policy.packs import Packs

_jitter = random.SystemRandom().random


async def record_attempt(
    tx: Transaction, delivery: Delivery, receipt: Receipt, *, packs: Packs, now: datetime
) -> DeliveryState | None:
    """Write what came of an attempt and what follows. None when the lease had run out: somebody else has the row."""
    notice = await notices.lock_notice(tx, delivery.notice.notice_id)
    if notice is None:
        raise NoSuchNotice
    delivery = replace(delivery, notice=notice)
    await deliveries.record_receipt(tx, delivery, receipt, now=now)
    step = decide.after_attempt(delivery, receipt, now=now, jitter=_jitter())
    if not await deliveries.record_step(tx, delivery, step, now=now):
        return None
    await _record_health(tx, delivery, receipt, now=now)
    await record(tx, notice, decide.attempt_events(delivery, step, now=now), now=now)
    if step.withheld is WithheldReason.NOT_ENTITLED:
        await escalation.end(tx, [notice.notice_id], Ended.WITHHELD, now=now)
    if decide.is_undelivered(step, await deliveries.find_other_states(tx, delivery)):
        await escalation.on_undelivered(tx, notice, packs=packs, now=now)
    return step.state


async def _record_health(tx: Transaction, delivery: Delivery, receipt: Receipt, *, now: datetime) -> None:
    endpoint_id = delivery.endpoint.endpoint_id
    if receipt.withheld is not None:  # nothing was tried, so nothing is known
        return
    if receipt.failure is DeliveryFailure.GONE:
        await endpoints.record_gone(tx, endpoint_id, now=now)
        return
    wait = min(timedelta(seconds=receipt.retry_after_seconds or 0), decide.LONGEST_RETRY_AFTER)
    await endpoints.record_health(
        tx, endpoint_id, healthy=receipt.failure is None, now=now, not_before=now + wait if wait else None
    )

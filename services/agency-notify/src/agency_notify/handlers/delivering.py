"""What follows an attempt, and what follows silence. The deliverer and the escalator open the transaction."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from agency_notify import decide, policy
from agency_notify.errors import NoSuchNotice
from agency_notify.handlers.recording import record
from agency_notify.model import Delivery, DeliveryState, Notice, Receipt
from agency_notify.store import deliveries, endpoints, notices
from chassis import telemetry
from chassis.db import Transaction
from contracts.codes import DeliveryFailure
from policy.packs import NotServed, Packs

ESCALATE_AT_ONCE: Final = 100
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
    others = await deliveries.find_other_states(tx, delivery)
    role = _escalation_role(packs, notice, now=now)
    await record(tx, notice, decide.attempt_events(delivery, step, others=others, escalate_to=role, now=now), now=now)
    return step.state


async def _record_health(tx: Transaction, delivery: Delivery, receipt: Receipt, *, now: datetime) -> None:
    endpoint_id = delivery.endpoint.endpoint_id
    if receipt.failure is DeliveryFailure.GONE:
        await endpoints.record_gone(tx, endpoint_id, now=now)
        return
    wait = min(timedelta(seconds=receipt.retry_after_seconds or 0), decide.LONGEST_RETRY_AFTER)
    await endpoints.record_health(
        tx, endpoint_id, healthy=receipt.failure is None, not_before=now + wait if wait else None
    )


async def escalate_unopened(tx: Transaction, *, packs: Packs, now: datetime) -> int:
    """Tell the named role of each notice that nobody opened in time; returns how many there were."""
    late = await notices.lock_unopened(tx, now=now, limit=ESCALATE_AT_ONCE)
    for notice in late:
        role = _escalation_role(packs, notice, now=now)
        with telemetry.span("escalate notice", traceparent=notice.traceparent, notice_id=str(notice.notice_id)):
            await record(tx, notice, decide.escalate(notice, to=role, now=now), now=now)
    return len(late)


def _escalation_role(packs: Packs, notice: Notice, *, now: datetime) -> str:
    """A partnership that left us still has notices under way; they come to an end like all others."""
    try:
        return policy.escalation_role(packs.newest(notice.partnership, at=now))
    except NotServed:
        return policy.LAST_RESORT_ROLE

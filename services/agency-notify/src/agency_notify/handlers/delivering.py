"""What follows attempts. The deliverer opened the transaction."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from agency_notify import decide
from agency_notify.escalation import handlers as escalation
from agency_notify.escalation.model import Ended
from agency_notify.handlers.recording import context_of
from agency_notify.model import Delivery, DeliveryState, Receipt, Step
from agency_notify.store import deliveries, endpoints
from agency_notify.store.endpoints import Health
from chassis.db import Transaction
from chassis.delivery.events import record_each
from contracts.codes import DeliveryFailure, WithheldReason
from policy.packs import Packs

_jitter = random.SystemRandom().random


@dataclass(frozen=True)
class Attempted:
    """What came of one attempt. ``traceparent`` is the trace that it was made in."""

    delivery: Delivery
    receipt: Receipt
    traceparent: str | None = None


@dataclass(frozen=True)
class _Outcome:
    """An attempt with what follows it, for its notice as it is now."""

    delivery: Delivery
    receipt: Receipt
    step: Step
    traceparent: str | None


async def record_attempts(
    tx: Transaction, attempted: Sequence[Attempted], *, packs: Packs, now: datetime, wait: bool
) -> Mapping[UUID, DeliveryState | None]:
    """Write what came of attempts and what follows, in a fixed number of statements however many there are.

    Returns the state of each delivery; None where the lease had run out, so that somebody else has the row. Without
    ``wait`` those whose notice somebody else holds just now are left out, and nothing of them is written.
    """
    held = await deliveries.lock_notices(tx, {each.delivery.notice.notice_id for each in attempted}, wait=wait)
    outcomes = [
        _follow(replace(each.delivery, notice=held[each.delivery.notice.notice_id]), each, now=now)
        for each in attempted
        if each.delivery.notice.notice_id in held
    ]
    if not outcomes:
        return {}
    await deliveries.record_receipts(tx, [(each.delivery, each.receipt) for each in outcomes], now=now)
    ours = await deliveries.record_steps(tx, [(each.delivery, each.step) for each in outcomes], now=now)
    kept = [each for each in outcomes if each.delivery.delivery_id in ours]
    await endpoints.record_health(tx, health_of(kept, now=now), now=now)
    await _record_events(tx, kept, now=now)
    await _end_withheld(tx, kept, now=now)
    await _escalate(tx, kept, packs=packs, now=now)
    return {
        each.delivery.delivery_id: each.step.state if each.delivery.delivery_id in ours else None for each in outcomes
    }


def _follow(delivery: Delivery, attempted: Attempted, *, now: datetime) -> _Outcome:
    step = decide.after_attempt(delivery, attempted.receipt, now=now, jitter=_jitter())
    return _Outcome(delivery, attempted.receipt, step, attempted.traceparent)


def health_of(outcomes: Iterable[_Outcome], *, now: datetime) -> Mapping[UUID, Health]:
    """What attempts say of their endpoints, in the order in which they ended. One that was not made says nothing."""
    health: dict[UUID, Health] = {}
    for each in outcomes:
        if each.receipt.withheld is not None:
            continue
        endpoint_id = each.delivery.endpoint.endpoint_id
        health[endpoint_id] = _after(health.get(endpoint_id, Health()), each.receipt, now=now)
    return health


def _after(health: Health, receipt: Receipt, *, now: datetime) -> Health:
    if receipt.withheld is not None:  # nothing was tried, so nothing is known
        return health
    if receipt.failure is None:
        return Health(succeeded=True, gone=health.gone)
    if receipt.failure is DeliveryFailure.GONE:
        return replace(health, gone=True)
    wait = min(timedelta(seconds=receipt.retry_after_seconds or 0), decide.LONGEST_RETRY_AFTER)
    not_before = now + wait if wait else health.not_before
    return replace(health, failures=health.failures + 1, not_before=not_before)


async def _record_events(tx: Transaction, outcomes: Sequence[_Outcome], *, now: datetime) -> None:
    """What the others hear, each in the trace of its own attempt."""
    await record_each(
        tx,
        [
            (event, replace(context_of(each.delivery.notice, now=now), traceparent=each.traceparent))
            for each in outcomes
            for event in decide.attempt_events(each.delivery, each.step, now=now)
        ],
    )


async def _end_withheld(tx: Transaction, outcomes: Sequence[_Outcome], *, now: datetime) -> None:
    """An agency that is no longer entitled gets the notice by no channel, and nobody is chased for opening it."""
    reason = WithheldReason.NOT_ENTITLED
    withheld = {each.delivery.notice.notice_id: reason for each in outcomes if each.step.withheld is reason}
    await deliveries.withhold_notices(tx, withheld)
    await escalation.end(tx, withheld.keys(), Ended.WITHHELD, now=now)


async def _escalate(tx: Transaction, outcomes: Sequence[_Outcome], *, packs: Packs, now: datetime) -> None:
    failed = [each for each in outcomes if each.step.state is DeliveryState.FAILED]
    if not failed:
        return
    states = await deliveries.find_states(tx, {each.delivery.notice.notice_id for each in failed})
    undelivered = {
        each.delivery.notice.notice_id: each.delivery.notice
        for each in failed
        if decide.is_undelivered(each.step, _others(each.delivery, states))
    }
    await escalation.on_undelivered(tx, undelivered.values(), packs=packs, now=now)


def _others(delivery: Delivery, states: Mapping[UUID, Sequence[tuple[UUID, DeliveryState]]]) -> Sequence[DeliveryState]:
    return [state for id_, state in states[delivery.notice.notice_id] if id_ != delivery.delivery_id]

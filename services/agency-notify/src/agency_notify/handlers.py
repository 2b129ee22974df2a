"""One function per event or command: load, decide, record. The caller opened the transaction and commits it."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis import telemetry
from chassis.db import Transaction
from chassis.events import Context
from chassis.events import record as record_events
from chassis.ids import Ids
from chassis.messages import Message
from contracts.codes import DeliveryFailure
from contracts.events import CaseOpened, Event, ReferralReceived
from contracts.problems import Invalid

from agency_notify import decide, policy
from agency_notify.errors import NoSuchNotice, UnknownPartnership, UnknownReferral
from agency_notify.model import SOURCE, Delivery, DeliveryState, Notice, Receipt, Referral, Telling
from agency_notify.packs import Packs
from agency_notify.store import deliveries, endpoints, notices

ESCALATE_AT_ONCE = 100
_jitter = random.SystemRandom().random


@dataclass(frozen=True)
class Deps:
    """What handlers need beside the transaction and the message."""

    packs: Packs
    ids: Ids


async def on_referral_received(tx: Transaction, message: Message, now: datetime, *, deps: Deps) -> None:
    """Keep the reference, and acknowledge the referral to whoever sent it."""
    event = message.as_(ReferralReceived)
    await notices.record_referral(
        tx, Referral(event.referral_id, message.envelope.partnership, event.reference, event.agency)
    )
    await tell(tx, message, now, deps=deps)


async def on_case_opened(tx: Transaction, message: Message, now: datetime, *, deps: Deps) -> None:
    """Keep the reference: triage's events may be read before the referral's own."""
    event = message.as_(CaseOpened)
    await notices.record_referral(
        tx, Referral(event.referral_id, message.envelope.partnership, event.reference, event.agency)
    )


async def tell(tx: Transaction, message: Message, now: datetime, *, deps: Deps) -> None:
    """Queue, or withhold, each notice that policy makes of an event."""
    event = message.event
    if event is None:
        raise Invalid("The message holds no event")
    referral = await notices.find_referral(tx, event.correlation)
    if referral is None:
        raise UnknownReferral
    pack = deps.packs.get(referral.partnership, at=now)
    for telling in policy.notices_of(event, pack, now=now):
        notice = _notice(telling, referral, deps.ids.new(), now=now)
        events = await _queue(tx, notice, message, deps=deps, now=now)
        await record_events(tx, events, context=message.context(source=SOURCE, now=now))


async def _queue(tx: Transaction, notice: Notice, message: Message, *, deps: Deps, now: datetime) -> Sequence[Event]:
    pack = deps.packs.get(notice.partnership, at=now)
    reached = await endpoints.find_endpoints(tx, partnership=notice.partnership, agency=notice.agency)
    promised = policy.promised_channels(notice.agency, pack)
    events = decide.queue(notice, reachable={each.channel for each in reached}, promised=promised, now=now)
    await notices.record_notice(tx, notice, caused_by=message.envelope.id)
    if notice.withheld is None:
        due = {deps.ids.new(): each.endpoint_id for each in reached}
        await deliveries.record_deliveries(tx, notice.notice_id, due, now=now)
    return events


def _notice(telling: Telling, referral: Referral, notice_id: UUID, *, now: datetime) -> Notice:
    return Notice(
        notice_id=notice_id,
        partnership=referral.partnership,
        agency=telling.agency,
        kind=telling.kind,
        referral_id=referral.referral_id,
        reference=referral.reference,
        about_id=telling.about_id,
        urgent=telling.urgent,
        queued_at=now,
        open_by=telling.open_by,
        about_url=telling.about_url,
        feedback=telling.feedback,
        roles=telling.roles,
        withheld=telling.withheld,
        traceparent=telemetry.current_traceparent(),
    )


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
    await _record(tx, notice, decide.attempt_events(delivery, step, others=others, escalate_to=role, now=now), now=now)
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
            await _record(tx, notice, decide.escalate(notice, to=role, now=now), now=now)
    return len(late)


def _escalation_role(packs: Packs, notice: Notice, *, now: datetime) -> str:
    """A partnership that left us still has notices under way; they come to an end like all others."""
    try:
        return policy.escalation_role(packs.get(notice.partnership, at=now))
    except UnknownPartnership:
        return policy.LAST_RESORT_ROLE


async def open_notice(tx: Transaction, notice: Notice, *, by: str, now: datetime) -> Notice:
    """The notice as it is after this look; the first one opens it. ``notice`` is locked."""
    await _record(tx, notice, decide.open_notice(notice, by=by, now=now), now=now)
    return await _again(tx, notice)


async def acknowledge(tx: Transaction, notice: Notice, *, by: str, now: datetime) -> Notice:
    """The notice once acknowledged. ``notice`` is locked. Raises ``NotOpened``."""
    await _record(tx, notice, decide.acknowledge(notice, by=by, now=now), now=now)
    return await _again(tx, notice)


async def _again(tx: Transaction, notice: Notice) -> Notice:
    found = await notices.find_notice(tx, notice.notice_id)
    if found is None:
        raise NoSuchNotice
    return found


async def _record(tx: Transaction, notice: Notice, events: Iterable[Event], *, now: datetime) -> None:
    listed = list(events)
    for event in listed:
        await notices.record(tx, event)
    await record_events(tx, listed, context=Context(source=SOURCE, partnership=notice.partnership, now=now))

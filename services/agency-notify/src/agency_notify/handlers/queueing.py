"""Events in, notices out: load, decide, record. The consumer opened the transaction and commits it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from agency_notify import decide, planning, policy
from agency_notify.errors import UnknownReferral
from agency_notify.model import SOURCE, Notice, PlannedNotice, Referral
from agency_notify.packs import Packs
from agency_notify.store import deliveries, endpoints, notices
from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery.events import record as record_events
from chassis.delivery.messages import Message
from chassis.ids import Ids
from contracts.events import CaseOpened, Event, ReferralReceived
from contracts.problems import Invalid


async def on_referral_received(tx: Transaction, message: Message, now: datetime, *, packs: Packs, ids: Ids) -> None:
    """Keep the reference, and acknowledge the referral to its sender."""
    event = message.as_(ReferralReceived)
    await notices.record_referral(
        tx, Referral(event.referral_id, message.envelope.partnership, event.reference, event.agency)
    )
    await queue_notices(tx, message, now, packs=packs, ids=ids)


async def on_case_opened(tx: Transaction, message: Message, now: datetime) -> None:
    """Keep the reference: triage's events may be read before the referral's own."""
    event = message.as_(CaseOpened)
    await notices.record_referral(
        tx, Referral(event.referral_id, message.envelope.partnership, event.reference, event.agency)
    )


async def queue_notices(tx: Transaction, message: Message, now: datetime, *, packs: Packs, ids: Ids) -> None:
    """Queue, or withhold, each notice that an event leads to."""
    event = message.event
    if event is None:
        raise Invalid("The message holds no event")
    referral = await notices.find_referral(tx, event.correlation)
    if referral is None:
        raise UnknownReferral
    pack = packs.get(referral.partnership, at=now)
    for planned in planning.notices_of(event, pack, now=now):
        notice = _notice(planned, referral, ids.new(), now=now)
        events = await _queue(tx, notice, message, packs=packs, ids=ids)
        await record_events(tx, events, context=message.context(source=SOURCE, now=now))


async def _queue(tx: Transaction, notice: Notice, message: Message, *, packs: Packs, ids: Ids) -> Sequence[Event]:
    now = notice.queued_at
    pack = packs.get(notice.partnership, at=now)
    reached = await endpoints.find_endpoints(tx, partnership=notice.partnership, agency=notice.agency)
    promised = policy.promised_channels(notice.agency, pack)
    events = decide.queue(notice, reachable={each.channel for each in reached}, promised=promised, now=now)
    await notices.record_notice(tx, notice, caused_by=message.envelope.id)
    if notice.withheld is None:
        due = {ids.new(): each.endpoint_id for each in reached}
        await deliveries.record_deliveries(tx, notice.notice_id, due, now=now)
    return events


def _notice(planned: PlannedNotice, referral: Referral, notice_id: UUID, *, now: datetime) -> Notice:
    return Notice(
        notice_id=notice_id,
        partnership=referral.partnership,
        agency=planned.agency,
        kind=planned.kind,
        referral_id=referral.referral_id,
        reference=referral.reference,
        about_id=planned.about_id,
        urgent=planned.urgent,
        queued_at=now,
        open_by=planned.open_by,
        about_url=planned.about_url,
        feedback=planned.feedback,
        roles=planned.roles,
        withheld=planned.withheld,
        traceparent=telemetry.current_traceparent(),
    )

"""Events in, notices out: load, decide, record. The consumer opened the transaction and commits it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agency_notify import decide, policy
from agency_notify.errors import UnknownReferral
from agency_notify.model import SOURCE, Notice, Referral, Telling
from agency_notify.store import deliveries, endpoints, notices
from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery.events import record as record_events
from chassis.delivery.messages import Message
from chassis.ids import Ids
from contracts.events import CaseOpened, Event, ReferralReceived
from contracts.problems import Invalid
from policy.pack import Pack
from policy.packs import Began, Packs


@dataclass(frozen=True)
class Deps:
    """What these handlers need beside the transaction and the message."""

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
    pack = _pack_of(event, referral, deps.packs, now=now)
    for telling in policy.notices_of(event, pack, now=now):
        notice = _notice(telling, referral, deps.ids.new(), now=now)
        events = await _queue(tx, notice, message, deps=deps, now=now)
        await record_events(tx, events, context=message.context(source=SOURCE, now=now))


def _pack_of(event: Event, referral: Referral, packs: Packs, *, now: datetime) -> Pack:
    """The version that shaped the event, although it may have ended since; the newest for an event that names none."""
    version_id = getattr(event, "policy_version", None)
    if version_id is None:
        return packs.newest(referral.partnership, at=now)
    return packs.governing(referral.partnership, began=Began(now, version_id), at=now)


async def _queue(tx: Transaction, notice: Notice, message: Message, *, deps: Deps, now: datetime) -> Sequence[Event]:
    pack = deps.packs.newest(notice.partnership, at=now)
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

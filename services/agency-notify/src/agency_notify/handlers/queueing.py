"""Events in, notices out: load, decide, record. The consumer opened the transaction and commits it."""

from datetime import datetime
from uuid import UUID

from agency_notify import done, planning
from agency_notify.errors import UnknownReferral
from agency_notify.escalation import handlers as escalation
from agency_notify.escalation.model import Ended
from agency_notify.handlers import outgoing
from agency_notify.handlers.outgoing import Outgoing
from agency_notify.handlers.superseding import supersede
from agency_notify.model import SOURCE, Facts, Notice, PlannedNotice, Referral
from agency_notify.store import notices, referrals
from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery.messages import Message
from chassis.ids import Ids
from contracts.codes import Rating
from contracts.events import (
    CaseDecided,
    CaseInformed,
    CaseOpened,
    CaseRated,
    Event,
    HandoverAccepted,
    ReferralReceived,
)
from contracts.problems import Invalid
from policy.pack import Pack
from policy.packs import Began, Packs


async def on_referral_received(tx: Transaction, message: Message, now: datetime, *, packs: Packs, ids: Ids) -> None:
    """Keep the reference, and acknowledge the referral to its sender."""
    event = message.as_(ReferralReceived)
    partnership = message.envelope.partnership
    await referrals.record_referral(tx, Referral(event.referral_id, partnership, event.reference, event.agency))
    await on_event(tx, message, now, packs=packs, ids=ids)


async def on_case_opened(tx: Transaction, message: Message, now: datetime) -> None:
    """Keep the reference, as triage's events may be read before the referral's own, and the suggested rating.

    The case is as urgent as triage suggests, also after news of its sender, until a person rates it.
    """
    event = message.as_(CaseOpened)
    partnership = message.envelope.partnership
    await referrals.record_referral(tx, Referral(event.referral_id, partnership, event.reference, event.agency))
    await referrals.record_rating(tx, event.referral_id, event.suggested_rating)


async def on_event(tx: Transaction, message: Message, now: datetime, *, packs: Packs, ids: Ids) -> None:
    """Keep what later notices depend on, end what the event makes an end of, and queue the notices it leads to."""
    event = message.event
    if event is None:
        raise Invalid("The message holds no event")
    newest = await _keep(tx, event)
    referral = await referrals.find_referral(tx, event.correlation)
    if referral is None:
        raise UnknownReferral
    pack = _pack_of(event, referral, packs, now=now)
    await _end(tx, event, pack, now=now)
    facts = await _facts(tx, referral, now=now, newest=newest)
    planned = planning.notices_of(event, pack, facts)
    queued = [_notice(each, referral, ids.new(), now=now) for each in planned]
    context = message.context(source=SOURCE, now=now)
    unreachable = await outgoing.queue(
        tx, [Outgoing(notice, message.envelope.id, context) for notice in queued], packs=packs, ids=ids
    )
    await escalation.begin_undelivered(tx, [each for each in unreachable if each.open_by is not None], now=now)
    for each, notice in zip(planned, queued, strict=True):
        if each.replaces is not None:
            await supersede(tx, notice, each.replaces, now=now)


def _pack_of(event: Event, referral: Referral, packs: Packs, *, now: datetime) -> Pack:
    """The version that shaped the event, although it may have ended since; the newest for an event that names none."""
    version_id = getattr(event, "policy_version", None)
    if version_id is None:
        return packs.newest(referral.partnership, at=now)
    return packs.governing(referral.partnership, began=Began(now, version_id), at=now)


async def _keep(tx: Transaction, event: Event) -> bool:
    """Keep what an event says that later notices depend on; False for a decision that is not its child's newest."""
    match event:
        case CaseRated():
            await referrals.record_rating(tx, event.referral_id, event.rating)
        case CaseInformed(suggested_rating=Rating() as suggested):
            await referrals.record_rating(tx, event.referral_id, event.rating or suggested)
        case HandoverAccepted():
            await referrals.record_accepted(tx, event)
        case CaseDecided():
            return await referrals.record_decision(tx, event)
    return True


async def _end(tx: Transaction, event: Event, pack: Pack, *, now: datetime) -> None:
    """Nobody is chased any more about what is done."""
    finished = done.done_by(event, pack)
    if finished is not None:
        ended = await notices.record_done(tx, event.correlation, finished, now=now)
        await escalation.end(tx, ended, Ended.DONE, now=now)


async def _facts(tx: Transaction, referral: Referral, *, now: datetime, newest: bool) -> Facts:
    return Facts(
        now=now,
        rating=referral.rating,
        decided=await referrals.is_decided(tx, referral.referral_id),
        holders=await referrals.find_holders(tx, referral.referral_id),
        newest=newest,
    )


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
        due_at=planned.due_at,
        step=planned.step,
        timed_id=planned.timed_id,
    )

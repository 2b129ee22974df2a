"""Events in, notices out: load, decide, record. The consumer opened the transaction and commits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from agency_notify.store.referrals import Known
from chassis.db import Transaction
from chassis.delivery.messages import Message
from chassis.ids import Ids, derived
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


async def on_events(tx: Transaction, messages: Sequence[Message], now: datetime, *, packs: Packs, ids: Ids) -> None:
    """Keep what later notices depend on, end what the events make an end of, and queue the notices they lead to.

    That a case was opened leads to none.
    """
    newest = await _keep(tx, messages)
    telling = [message for message in messages if not isinstance(message.event, CaseOpened)]
    known = await referrals.find_known(tx, [_event(message).correlation for message in telling])
    causes = [_cause(message, known, packs, newest=newest, now=now) for message in telling]
    await _end(tx, causes, now=now)
    planned = [
        (each, cause, _notice(each, cause))
        for cause in causes
        for each in planning.notices_of(cause.event, cause.pack, cause.facts)
    ]
    leaving = [_outgoing(notice, cause) for _, cause, notice in planned]
    unreachable = await outgoing.queue(tx, leaving, packs=packs, ids=ids)
    await escalation.begin_undelivered(tx, [each for each in unreachable if each.open_by is not None], now=now)
    newer = [(notice, each.replaces) for each, _, notice in planned if each.replaces is not None]
    await supersede(tx, newer, now=now)


@dataclass(frozen=True)
class _Cause:
    """A message with all that its notices depend on."""

    message: Message
    event: Event
    known: Known
    pack: Pack
    facts: Facts


def _cause(
    message: Message, known: Mapping[UUID, Known], packs: Packs, *, newest: frozenset[UUID], now: datetime
) -> _Cause:
    """Raises ``UnknownReferral``."""
    event = _event(message)
    found = known.get(event.correlation)
    if found is None:
        raise UnknownReferral
    facts = Facts(
        now=now,
        rating=found.referral.rating,
        decided=found.decided,
        holders=found.holders,
        newest=not isinstance(event, CaseDecided) or event.decision_id in newest,
    )
    return _Cause(message, event, found, _pack_of(event, found.referral, packs, now=now), facts)


def _event(message: Message) -> Event:
    if message.event is None:
        raise Invalid("The message holds no event")
    return message.event


def _pack_of(event: Event, referral: Referral, packs: Packs, *, now: datetime) -> Pack:
    """The version that shaped the event, although it may have ended since; the newest for an event that names none."""
    version_id = getattr(event, "policy_version", None)
    if version_id is None:
        return packs.newest(referral.partnership, at=now)
    return packs.governing(referral.partnership, began=Began(now, version_id), at=now)


async def _keep(tx: Transaction, messages: Sequence[Message]) -> frozenset[UUID]:
    """Keep what events say that later notices depend on; returns the decisions that are the newest of their children.

    Reference and sender are in a referral's receipt and in its case's opening, as either may be read first.
    """
    events = [_event(message) for message in messages]
    introduced = [
        Referral(event.referral_id, message.envelope.partnership, event.reference, event.agency)
        for message, event in zip(messages, events, strict=True)
        if isinstance(event, ReferralReceived | CaseOpened)
    ]
    ratings = {event.correlation: rating for event in events if (rating := _rating(event)) is not None}
    await referrals.record_referrals(tx, introduced)
    await referrals.record_ratings(tx, ratings)
    await referrals.record_accepted(tx, [event for event in events if isinstance(event, HandoverAccepted)])
    return await referrals.record_decisions(tx, [event for event in events if isinstance(event, CaseDecided)])


def _rating(event: Event) -> Rating | None:
    """The case is as urgent as triage suggests, also after news of its sender, until a person rates it."""
    match event:
        case CaseOpened():
            return event.suggested_rating
        case CaseRated():
            return event.rating
        case CaseInformed(suggested_rating=Rating() as suggested):
            return event.rating or suggested
        case _:
            return None


async def _end(tx: Transaction, causes: Sequence[_Cause], *, now: datetime) -> None:
    """Nobody is chased any more about what is done."""
    finished = ((cause.event, done.done_by(cause.event, cause.pack)) for cause in causes)
    ended = await notices.record_done(
        tx, {event.correlation: one for event, one in finished if one is not None}, now=now
    )
    await escalation.end(tx, ended, Ended.DONE, now=now)


def _outgoing(notice: Notice, cause: _Cause) -> Outgoing:
    message = cause.message
    return Outgoing(notice, message.envelope.id, message.context(source=SOURCE, now=cause.facts.now))


def _notice(planned: PlannedNotice, cause: _Cause) -> Notice:
    """Its id follows from what makes it the only one (``notice_once``).

    A database that was restored from a backup reads its events again, and receivers know again what they had before.
    """
    referral = cause.known.referral
    return Notice(
        notice_id=derived(cause.message.envelope.id, planned.agency, planned.kind),
        partnership=referral.partnership,
        agency=planned.agency,
        kind=planned.kind,
        referral_id=referral.referral_id,
        reference=referral.reference,
        about_id=planned.about_id,
        urgent=planned.urgent,
        queued_at=cause.facts.now,
        open_by=planned.open_by,
        about_url=planned.about_url,
        feedback=planned.feedback,
        roles=planned.roles,
        withheld=planned.withheld,
        traceparent=cause.message.traceparent,
        due_at=planned.due_at,
        step=planned.step,
        timed_id=planned.timed_id,
    )

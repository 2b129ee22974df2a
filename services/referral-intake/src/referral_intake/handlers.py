"""The shell: one function per command, look or event; load, decide, record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis import access, telemetry
from chassis.access import Look
from chassis.auth import Principal
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.events import Context, record_each
from chassis.ids import Ids
from chassis.messages import Message
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.events import CaseClosed, CaseDecided, CaseOpened
from contracts.problems import Problem
from referral_intake import decide, store
from referral_intake.acceptance import Press, terms
from referral_intake.errors import NoSuchReferral, UnknownReferral
from referral_intake.group_commit import GroupCommit
from referral_intake.model import (
    SERVICE,
    Acceptance,
    Answer,
    Asker,
    Document,
    Referral,
    Submission,
)
from referral_intake.packs import Packs


@dataclass(frozen=True)
class Desk:
    """What the handlers of one running service stand on."""

    db: Database
    clock: Clock
    ids: Ids
    packs: Packs
    public_url: str
    commits: GroupCommit[Acceptance, Answer]


# -- commands -------------------------------------------------------------------------------------------------------


async def submit_referral(desk: Desk, submission: Submission) -> Answer:
    """Accept a referral; returns once it is durable. Raises the ``Problem`` that stopped it."""
    now = desk.clock.now()
    pack = desk.packs.get(submission.sender.partnership, at=now)
    press = Press(desk.ids, desk.public_url, telemetry.current_traceparent())
    return await desk.commits.submit(press.prepare(submission, terms(pack, submission.sender, now=now), now=now))


async def accept(tx: Transaction, acceptances: Sequence[Acceptance]) -> list[Answer | Problem]:
    """Write those whose key is new, with their events, and say what each of them is told. The caller commits."""
    free = await store.lock_keys(tx, [a.client_key for a in acceptances])
    candidates = [a for a in acceptances if a.client_key in free]
    claimed = await store.claim_keys(tx, candidates) if candidates else frozenset()
    accepted = [a for a in candidates if a.received.referral_id in claimed]
    await store.record_referrals(tx, accepted)
    await record_each(tx, [(a.received, _context(a)) for a in accepted])
    repeated = [a.client_key for a in candidates if a.received.referral_id not in claimed]
    stored = await store.find_answers(tx, repeated) if repeated else {}
    return [
        Answer(a.received.referral_id, a.answer)
        if a.received.referral_id in claimed
        else decide.repeated_answer(stored.get(a.client_key), a.fingerprint)
        for a in acceptances
    ]


# -- looks ----------------------------------------------------------------------------------------------------------


async def read_status(tx: Transaction, referral_id: UUID, principal: Principal, *, now: datetime) -> Referral | Problem:
    """The referral for its own agency, the look recorded; for anybody else a problem, the denial recorded."""
    referral = decide.read_status(await store.find_referral(tx, referral_id), _asker(principal))
    look = Look(RecordKind.REFERRAL, referral_id, referral_id, principal, Purpose.OWN_REFERRAL)
    context = Context(SERVICE, principal.partnership, now)
    if isinstance(referral, DenialReason):
        return await access.deny(tx, look, referral, context=context, problem=NoSuchReferral())
    await access.allow(tx, look, context=context)
    return referral


async def read_document(
    tx: Transaction, referral_id: UUID, principal: Principal, *, purpose: Purpose, now: datetime
) -> Document | Problem:
    """The document for staff who may read it, the look recorded; else a problem, the denial recorded."""
    referral = decide.read_document(await store.find_referral(tx, referral_id), _asker(principal), purpose)
    look = Look(RecordKind.REFERRAL_DOCUMENT, referral_id, referral_id, principal, purpose)
    context = Context(SERVICE, principal.partnership, now)
    if isinstance(referral, DenialReason):
        return await access.deny(tx, look, referral, context=context, problem=decide.denied(referral))
    await access.allow(tx, look, context=context)
    return await store.get_document(tx, referral_id)


# -- events ---------------------------------------------------------------------------------------------------------


async def on_case_opened(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage has the referral."""
    opened = message.as_(CaseOpened)
    await _reach(tx, opened.referral_id, step="looked_at", at=opened.opened_at)


async def on_case_decided(tx: Transaction, message: Message, now: datetime) -> None:
    """One child has a decision; the sender is told when every child has."""
    decided = message.as_(CaseDecided)
    if decided.all_children_decided:
        await _reach(tx, decided.referral_id, step="decided_at", at=decided.decided_at)


async def on_case_closed(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage is done."""
    closed = message.as_(CaseClosed)
    await _reach(tx, closed.referral_id, step="closed_at", at=closed.closed_at)


async def _reach(tx: Transaction, referral_id: UUID, *, step: str, at: datetime) -> None:
    if not await store.record_milestone(tx, referral_id, step=step, at=at):
        raise UnknownReferral


def _asker(principal: Principal) -> Asker:
    return Asker(principal.partnership, principal.agency, principal.roles)


def _context(acceptance: Acceptance) -> Context:
    received = acceptance.received
    return Context(SERVICE, acceptance.sender.partnership, received.received_at, traceparent=acceptance.traceparent)

"""The rules of accepting: what is taken in, what it likely repeats, and what each sender is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.events import ReferralReceived
from contracts.problems import Problem
from policy.local_time import moment
from policy.working_time import local_date
from referral_intake.accepting.errors import Overtaken
from referral_intake.accepting.model import Acceptance, Earlier, Found, Minted, Terms
from referral_intake.decide.advising import advice
from referral_intake.decide.answering import repeated_answer
from referral_intake.decide.children import references, said_plans
from referral_intake.decide.completeness import refusals
from referral_intake.decide.missing import missing_items
from referral_intake.errors import NotEnough
from referral_intake.model import (
    EMERGENCY_ADVICE,
    PHONE_ADVICE,
    Answer,
    ClientKey,
    Mark,
    ReferralFacts,
    Sender,
    StoredAnswer,
    Told,
)


def receive(
    facts: ReferralFacts, sender: Sender, *, terms: Terms, minted: Minted, now: datetime
) -> tuple[ReferralReceived, Told]:
    """Take a referral in, and say what to tell its sender.

    Raises ``NotEnough`` when nobody could act on it; anything else missing is only noted.
    """
    today = local_date(now)
    refused = refusals(facts, today=today)
    if refused:
        raise NotEnough(refused)
    told = Told(missing_items(facts, today=today), advice(facts, today=today), terms.phone_advice)
    received = ReferralReceived(
        referral_id=minted.referral_id,
        reference=minted.reference,
        agency=sender.agency,
        source=terms.source,
        received_at=now,
        children=references(minted.child_ids, facts.children),
        concern_types=tuple(dict.fromkeys(facts.concern_types)),
        immediate_danger=facts.immediate_danger,
        missing_information=told.items,
        plans=said_plans(minted.child_ids, facts.children),
        decision_expected_by=terms.decision_expected_by,
        policy_version=terms.policy_version,
        content_commitment=minted.content_commitment,
        detail_url=minted.detail_url,
    )
    return received, told


def emergency_advice(received: ReferralReceived) -> str | None:
    """What to do at once; None when the sender did not say that a child is in danger now."""
    return EMERGENCY_ADVICE if received.immediate_danger else None


def what_happens_next(received: ReferralReceived, phone_advice: str = PHONE_ADVICE) -> str:
    """The promise to the sender, in local time."""
    return (
        "The front door team reads every referral. "
        f"You can expect a decision by {moment(received.decision_expected_by)}. "
        f"If you hear nothing by then, or if things get worse before, {phone_advice}."
    )


def fresh(acceptances: Sequence[Acceptance], found: Sequence[Found]) -> list[tuple[Acceptance, Earlier | None]]:
    """Those to be written, whose key is new and which nothing forbids, with the latest kept referral alike."""
    known = zip(acceptances, found, strict=True)
    return [(a, look.earlier) for a, look in known if look.is_new and a.refusal is None]


def repeated(to_write: Sequence[tuple[Acceptance, Earlier | None]]) -> list[Earlier | None]:
    """What each of those that are written together likely repeats: one beside it that goes before it, else a kept one.

    A referral about several children repeats the one that it shares its first alike mark with.
    """
    seen: dict[bytes, list[tuple[Mark, Earlier]]] = {}
    repeats = []
    for acceptance, kept in to_write:
        repeats.append(_beside(acceptance.marks, seen) or kept)
        received = acceptance.received
        itself = Earlier(received.referral_id, received.reference, received.received_at)
        for mark in acceptance.marks:
            seen.setdefault(mark.digest, []).append((mark, itself))
    return repeats


def _beside(marks: Sequence[Mark], seen: Mapping[bytes, Sequence[tuple[Mark, Earlier]]]) -> Earlier | None:
    if not seen:
        return None
    alike = (earlier for mark in marks for its, earlier in seen.get(mark.digest, ()) if mark.recognises(its))
    return next(alike, None)


def overtaken(written: Sequence[Acceptance], claimed: frozenset[UUID]) -> list[Acceptance]:
    """Those of a batch whose key was answered elsewhere after it was looked up, and which are therefore not kept.

    Raises ``Overtaken`` when a neighbour's receipt names the referral of one: tried again one by one, none of them
    relies on another.
    """
    lost = [a for a in written if a.received.referral_id not in claimed]
    named = {a.received.previous_referral_id for a in written} if lost else set()
    if any(a.received.referral_id in named for a in lost):
        raise Overtaken
    return lost


def answers(
    acceptances: Sequence[Acceptance],
    found: Sequence[Found],
    *,
    written: Mapping[UUID, Answer],
    late: Mapping[ClientKey, StoredAnswer],
) -> list[Answer | Problem]:
    """What each caller is told: of what was written its own answer, else what its key was answered before.

    ``written`` are the answers of referrals that are kept now; ``late`` those that overtaken keys were given.
    """
    return [
        written.get(a.received.referral_id)
        or (a.refusal if look.is_new else None)
        or repeated_answer(look.stored or late.get(a.client_key), a.fingerprint)
        for a, look in zip(acceptances, found, strict=True)
    ]

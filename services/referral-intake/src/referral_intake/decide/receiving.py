"""Taking a referral in, and what its sender is told."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from contracts.events import ChildPlans, ChildReference, ReferralReceived
from contracts.problems import Problem
from referral_intake.decide.advising import advice
from referral_intake.decide.completeness import refusals
from referral_intake.decide.local_time import local_date, spoken
from referral_intake.decide.missing import missing_items
from referral_intake.errors import KeyReused, NotEnough, StillRunning
from referral_intake.model import (
    EMERGENCY_ADVICE,
    PHONE_ADVICE,
    Answer,
    ChildFacts,
    Minted,
    ReferralFacts,
    Sender,
    StoredAnswer,
    Terms,
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
        children=_children(facts, minted),
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


def said_plans(child_ids: Iterable[UUID], children: Iterable[ChildFacts]) -> tuple[ChildPlans, ...]:
    """The plans of the children of whom any are said, or that there are none."""
    pairs = zip(child_ids, children, strict=True)
    return tuple(ChildPlans(child_id=child_id, plans=child.plans) for child_id, child in pairs if child.plans)


def emergency_advice(received: ReferralReceived) -> str | None:
    """What to do at once; None when the sender did not say that a child is in danger now."""
    return EMERGENCY_ADVICE if received.immediate_danger else None


def what_happens_next(received: ReferralReceived, phone_advice: str = PHONE_ADVICE) -> str:
    """The promise to the sender, in local time."""
    return (
        "The front door team reads every referral. "
        f"You can expect a decision by {spoken(received.decision_expected_by)}. "
        f"If you hear nothing by then, or if things get worse before, {phone_advice}."
    )


def repeated_answer(stored: StoredAnswer | None, fingerprint: bytes) -> Answer | Problem:
    """What a request is told whose key is not new; ``stored`` is None while another request works on the key."""
    if stored is None:
        return StillRunning()
    return stored.answer if stored.fingerprint == fingerprint else KeyReused()


def _children(facts: ReferralFacts, minted: Minted) -> tuple[ChildReference, ...]:
    pairs = zip(minted.child_ids, facts.children, strict=True)
    return tuple(ChildReference(child_id=child_id, unborn=child.unborn) for child_id, child in pairs)

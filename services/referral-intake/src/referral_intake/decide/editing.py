"""The events of a referral's later editions, the lines of its history, and what senders are told."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from contracts.events import EditionFacts, ReferralSupplemented, ReferralWithdrawn
from contracts.problems import FieldError
from referral_intake.decide.children import said_plans
from referral_intake.decide.following import status
from referral_intake.errors import AlreadyWithdrawn, SupplementRefused
from referral_intake.model import WITHDRAWAL, Added, Made, Referral, Status, Supplement, Withdrawal

_OWN_FIELDS: Final = ("kind", "children", "corrections", "question_id", "reason")
"""What a line of history says in its own way, or the document elsewhere."""

_READ_NEXT: Final = "The front door team reads it together with your referral."
_OPENED_AGAIN: Final = (
    "The front door team had finished with your referral. It is opened again, so that a person reads what you added "
    "and decides what to do."
)
_LOOKED_AT_AGAIN: Final = (
    "The front door team had decided about your referral. A person reads what you added and decides whether anything "
    "has to change."
)
_READ_ALL_THE_SAME: Final = "You had taken this referral back. A person reads what you added all the same."
_STILL_LOOKED_AT: Final = (
    "Nothing was removed. A person still looks at the referral and decides for every child, because somebody was "
    "worried. They may phone you. If you learn something new or worry again, send a supplement or a new referral."
)


def withdraw(referral: Referral, withdrawal: Withdrawal) -> None:
    """Raises ``AlreadyWithdrawn`` and ``SupplementRefused``. Nothing else stops it: nothing is lost by it."""
    if not withdrawal.has_referrer_name:
        refusal = FieldError("/referrer/name", "Give the name of the person who takes the referral back.")
        raise SupplementRefused((refusal,))
    if referral.withdrawn_at is not None:
        raise AlreadyWithdrawn


def standing_facts(added: Added, previous_referral_id: UUID | None) -> EditionFacts:
    """What the referral says as a whole with a supplement; ``previous_referral_id`` is what it likely repeats now."""
    return EditionFacts(
        children=added.all_children,
        concern_types=tuple(dict.fromkeys(added.facts.concern_types)),
        immediate_danger=added.facts.immediate_danger,
        previous_referral_id=previous_referral_id,
        plans=said_plans((child.child_id for child in added.all_children), added.facts.children),
    )


def supplemented(supplement: Supplement, added: Added, made: Made, facts: EditionFacts) -> ReferralSupplemented:
    """What is told of a supplement. Concern types and what is missing are those of the whole referral as it stands."""
    return ReferralSupplemented(
        referral_id=supplement.referral_id,
        supplement_id=added.supplement_id,
        edition=made.edition,
        kind=supplement.facts.kind,
        agency=supplement.sender.agency,
        received_at=made.made_at,
        children=added.children,
        concern_types=facts.concern_types,
        immediate_danger=added.immediate_danger,
        missing_information=added.told.items,
        facts=facts,
        answers=supplement.question_id,
        policy_version=made.policy_version,
        content_commitment=made.content_commitment,
        detail_url=made.detail_url,
    )


def withdrawn(withdrawal: Withdrawal, made: Made) -> ReferralWithdrawn:
    """What is told of a withdrawal."""
    return ReferralWithdrawn(
        referral_id=withdrawal.referral_id,
        agency=withdrawal.sender.agency,
        reason=withdrawal.reason,
        withdrawn_at=made.made_at,
        edition=made.edition,
        content_commitment=made.content_commitment,
        detail_url=made.detail_url,
    )


def supplement_entry(supplement: Supplement, added: Added, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The line of history of a supplement: all that it said, and what became of it."""
    said = {part: value for part, value in supplement.content.items() if part not in _OWN_FIELDS}
    became: dict[str, Any] = {
        "kind": supplement.facts.kind,
        "supplement_id": str(added.supplement_id),
        "answers": str(supplement.question_id) if supplement.question_id else None,
        "added_children": [str(child.child_id) for child in added.children],
        "put_right": [vars(correction) for correction in added.put_right],
    }
    return {**entry, **{name: value for name, value in became.items() if value}, **said}


def withdrawal_entry(withdrawal: Withdrawal, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The line of history of a withdrawal."""
    said = {part: value for part, value in withdrawal.content.items() if part not in _OWN_FIELDS}
    return {**entry, "kind": WITHDRAWAL, "reason": withdrawal.reason, **said}


def what_happens_to_a_supplement(referral: Referral) -> str:
    """The promise to anyone who added something."""
    if referral.withdrawn_at is not None:
        return _READ_ALL_THE_SAME
    reached = status(referral.milestones)
    return {Status.CLOSED: _OPENED_AGAIN, Status.DECIDED: _LOOKED_AT_AGAIN}.get(reached, _READ_NEXT)


def what_happens_to_a_withdrawal() -> str:
    """The promise to anyone who takes a referral back: that it is no promise to stop."""
    return _STILL_LOOKED_AT

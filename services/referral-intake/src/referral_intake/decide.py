"""The rules: what a referral must say, what is missing from it, and who may see how much. Nothing here does I/O."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contracts.codes import DenialReason, MissingItem, Purpose
from contracts.events import ChildReference, ReferralReceived
from contracts.problems import FieldError, Problem
from referral_intake import nhs_number
from referral_intake.errors import DocumentRefused, KeyReused, NoSuchReferral, NotEnough, StillRunning
from referral_intake.model import (
    DOCUMENT_PURPOSES,
    EMERGENCY_ADVICE,
    OWN_AGENCY_ROLES,
    Answer,
    Asker,
    ChildFacts,
    Milestones,
    Minted,
    Referral,
    ReferralFacts,
    Sender,
    Status,
    StoredAnswer,
    Terms,
)

_LONDON: Final = ZoneInfo("Europe/London")


def receive(facts: ReferralFacts, sender: Sender, *, terms: Terms, minted: Minted, now: datetime) -> ReferralReceived:
    """Take a referral in. Raises ``NotEnough`` when nobody could act on it; anything else missing is only noted."""
    refused = refusals(facts, today=_local_date(now))
    if refused:
        raise NotEnough(refused)
    return ReferralReceived(
        referral_id=minted.referral_id,
        reference=minted.reference,
        agency=sender.agency,
        source=terms.source,
        received_at=now,
        children=_children(facts, minted),
        concern_types=tuple(dict.fromkeys(facts.concern_types)),
        immediate_danger=facts.immediate_danger,
        missing_information=missing_information(facts, today=_local_date(now)),
        decision_expected_by=terms.decision_expected_by,
        policy_version=terms.policy_version,
        content_commitment=minted.content_commitment,
        detail_url=minted.detail_url,
    )


def refusals(facts: ReferralFacts, *, today: date) -> tuple[FieldError, ...]:
    """What must be added before anyone can act: all of it at once, by JSON pointer.

    Only what makes a child findable, the concern intelligible and the sender reachable may stop a referral
    (a form that cannot be sent is itself a safeguarding failure).
    """
    refused: list[FieldError] = []
    if not facts.has_referrer_name:
        refused.append(FieldError("/referrer/name", "Give the name of the person making the referral."))
    if not (facts.has_referrer_phone or facts.has_referrer_email):
        refused.append(
            FieldError("/referrer/phone", "Give a phone number or an e-mail address, so that we can call back.")
        )
    if not facts.children:
        refused.append(FieldError("/children", "Add at least one child. An unborn child counts."))
    for place, child in enumerate(facts.children):
        refused.extend(_child_refusals(child, f"/children/{place}", today=today))
    if not facts.has_concern:
        refused.append(
            FieldError("/concern/facts", "Say what you are worried about: facts, an opinion, or what was said to you.")
        )
    return tuple(refused)


def missing_information(facts: ReferralFacts, *, today: date) -> tuple[MissingItem, ...]:
    """What triage will have to ask for, in the order of the code list. Unborn children lack less."""
    born = [child for child in facts.children if not child.unborn]
    lacking: Mapping[MissingItem, bool] = {
        MissingItem.DATE_OF_BIRTH: any(not _has_date(child, today) for child in facts.children),
        MissingItem.ADDRESS: any(not child.has_home for child in facts.children),
        MissingItem.NHS_NUMBER: any(child.nhs_number is None for child in born),
        MissingItem.ETHNICITY: any(not child.has_ethnicity for child in born),
        MissingItem.SEX: any(not child.has_sex for child in born),
        MissingItem.SCHOOL: any(_lacks_school(child, today) for child in born),
        MissingItem.CHILD_VOICE: bool(born) and not facts.has_child_voice,
        MissingItem.PARENTS_INFORMED: not facts.says_parents_informed,
        MissingItem.AGREEMENT: not facts.says_agreement,
        MissingItem.HOUSEHOLD: not facts.has_household,
        MissingItem.REFERRER_PHONE: not facts.has_referrer_phone,
        MissingItem.INVALID_NHS_NUMBER: any(_has_wrong_nhs_number(child) for child in facts.children),
    }
    return tuple(item for item in MissingItem if lacking[item])


def emergency_advice(received: ReferralReceived) -> str | None:
    """What to do at once; None when the sender did not say that a child is in danger now."""
    return EMERGENCY_ADVICE if received.immediate_danger else None


def what_happens_next(received: ReferralReceived) -> str:
    """The promise to the sender, in local time."""
    due = received.decision_expected_by.astimezone(_LONDON)
    return (
        "The front door team reads every referral. "
        f"You can expect a decision by {due:%H:%M} on {due:%A} {due.day} {due:%B %Y}. "
        "If you hear nothing by then, or if things get worse before, phone the front door team."
    )


def repeated_answer(stored: StoredAnswer | None, fingerprint: bytes) -> Answer | Problem:
    """What a request is told whose key is not new; ``stored`` is None while another request works on the key."""
    if stored is None:
        return StillRunning()
    return stored.answer if stored.fingerprint == fingerprint else KeyReused()


def status(milestones: Milestones) -> Status:
    """The furthest step that was reached."""
    if milestones.closed_at is not None:
        return Status.CLOSED
    if milestones.decided_at is not None:
        return Status.DECIDED
    if milestones.looked_at is not None:
        return Status.BEING_LOOKED_AT
    return Status.RECEIVED


def read_status(referral: Referral | None, asker: Asker) -> Referral | DenialReason:
    """The referral, for its own agency only; or why not."""
    if not OWN_AGENCY_ROLES.intersection(asker.roles):
        return DenialReason.ROLE
    if referral is None:
        return DenialReason.NOT_FOUND
    if referral.partnership != asker.partnership:
        return DenialReason.PARTNERSHIP
    return referral if referral.agency == asker.agency else DenialReason.RELATIONSHIP


def read_document(referral: Referral | None, asker: Asker, purpose: Purpose) -> Referral | DenialReason:
    """The referral, for staff of its partnership whose role reads documents for this purpose; or why not.

    Role and purpose come first: whoever is refused for them learns nothing about what exists.
    """
    allowed = [DOCUMENT_PURPOSES[role] for role in asker.roles if role in DOCUMENT_PURPOSES]
    if not allowed:
        return DenialReason.ROLE
    if not any(purpose in purposes for purposes in allowed):
        return DenialReason.PURPOSE
    if referral is None:
        return DenialReason.NOT_FOUND
    return referral if referral.partnership == asker.partnership else DenialReason.PARTNERSHIP


def denied(reason: DenialReason) -> Problem:
    """What a refused reader of a document is told; that a record exists is told to nobody who may not see it."""
    return DocumentRefused() if reason in (DenialReason.ROLE, DenialReason.PURPOSE) else NoSuchReferral()


# No school or nursery is expected of a child too young to be offered a place (funded places begin at two).
_NURSERY_AGE: Final = timedelta(days=2 * 365)


def _child_refusals(child: ChildFacts, pointer: str, *, today: date) -> list[FieldError]:
    refused: list[FieldError] = []
    if not (child.has_name or child.has_description):
        refused.append(
            FieldError(
                f"{pointer}/first_name", "Give the child's name or, when you do not know it, describe the child."
            )
        )
    if child.has_place or child.has_upn or _has_right_nhs_number(child) or _has_date(child, today):
        return refused
    if _has_wrong_nhs_number(child):
        refused.append(
            FieldError(
                f"{pointer}/nhs_number",
                "Check this NHS number, or add an address, a school, where the child is now, or a date of birth.",
            )
        )
    else:
        refused.append(
            FieldError(
                f"{pointer}/addresses",
                "Add something to find the child by: an address, a school, where the child is now, an NHS number, "
                "a UPN or a date of birth.",
            )
        )
    return refused


def _children(facts: ReferralFacts, minted: Minted) -> tuple[ChildReference, ...]:
    pairs = zip(minted.child_ids, facts.children, strict=True)
    return tuple(ChildReference(child_id=child_id, unborn=child.unborn) for child_id, child in pairs)


def _has_date(child: ChildFacts, today: date) -> bool:
    """A date of birth in the future is a slip of the pen: as good as none, and no reason to refuse."""
    if child.born_on is not None:
        return child.born_on <= today
    return child.expected_on is not None


def _lacks_school(child: ChildFacts, today: date) -> bool:
    too_young = child.born_on is not None and today - child.born_on < _NURSERY_AGE
    return not child.has_school and not too_young


def _has_right_nhs_number(child: ChildFacts) -> bool:
    return child.nhs_number is not None and nhs_number.is_valid(child.nhs_number)


def _has_wrong_nhs_number(child: ChildFacts) -> bool:
    return child.nhs_number is not None and not nhs_number.is_valid(child.nhs_number)


def _local_date(at: datetime) -> date:
    return at.astimezone(_LONDON).date()

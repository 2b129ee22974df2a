"""What a referral must say, and what is missing from it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from contracts.codes import MissingItem
from contracts.problems import FieldError
from referral_intake.identifiers import nhs_number
from referral_intake.model import (
    ChildFacts,
    ReferralFacts,
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

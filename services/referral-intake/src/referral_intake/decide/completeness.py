"""What a referral must say before anyone can act on it."""

from datetime import date
from typing import Final

from contracts.problems import FieldError
from referral_intake.decide.dates import has_date
from referral_intake.identifiers import la_child_id, nhs_number, upn
from referral_intake.model import ChildFacts, ReferralFacts

_ONE_DATE: Final = "Send the date of birth of a child who is born, or the expected date of one who is not; never both."
_PLACES: Final = "an address, a school, where the child is now, or a date of birth."


def refusals(facts: ReferralFacts, *, today: date) -> tuple[FieldError, ...]:
    """What must change before anyone can act: all of it at once, by JSON pointer.

    Only what makes a child findable, the concern intelligible and a professional reachable may stop a referral
    (a form that cannot be sent is itself a safeguarding failure), and a child with two dates, who is two children.
    A home that is kept from others is known to somebody, whom the sender can name.
    """
    refused: list[FieldError] = []
    if facts.referrer.professional and not facts.referrer.reachable:
        refused.append(
            FieldError("/referrer/phone", "Give a phone number or an e-mail address, so that we can call back.")
        )
    if not facts.children:
        refused.append(FieldError("/children", "Add at least one child. An unborn child counts."))
    for place, child in enumerate(facts.children):
        refused.extend(_child_refusals(child, f"/children/{place}", today=today))
    for place in facts.family.twice_dated:
        refused.append(FieldError(f"/household/{place}/expected_date_of_birth", _ONE_DATE))
    if not facts.concern.is_said:
        refused.append(
            FieldError("/concern/facts", "Say what you are worried about: facts, an opinion, or what was said to you.")
        )
    return tuple(refused)


def _child_refusals(child: ChildFacts, pointer: str, *, today: date) -> list[FieldError]:
    refused: list[FieldError] = []
    if not (child.has_name or child.has_description):
        advice = "Give the child's name or, when you do not know it, describe the child."
        refused.append(FieldError(f"{pointer}/first_name", advice))
    if child.born_on is not None and child.expected_on is not None:
        refused.append(FieldError(f"{pointer}/expected_date_of_birth", _ONE_DATE))
    elif not (child.has_place or child.has_withheld_home or has_date(child, today) or _is_identified(child)):
        refused.append(_unfindable(child, pointer))
    return refused


def _is_identified(child: ChildFacts) -> bool:
    """By a number that can be right. A wrong one finds nobody, and is a task only where something else finds them."""
    return bool(
        (child.nhs_number and child.nhs_number.read)
        or (child.upn and child.upn.read)
        or (child.la_child_id and la_child_id.is_valid(child.la_child_id))
    )


def _checked(what: str, mistake: str | None) -> str:
    """What to do about a number that cannot be right, with what is wrong with it where that is known."""
    advice = f"Check this {what}, or add {_PLACES}"
    return f"{mistake} {advice}" if mistake else advice


def _unfindable(child: ChildFacts, pointer: str) -> FieldError:
    if child.nhs_number:
        advice = _checked("NHS number", nhs_number.mistake(child.nhs_number.sent))
        return FieldError(f"{pointer}/nhs_number", advice)
    if child.upn:
        advice = _checked("unique pupil number", upn.mistake(child.upn.sent))
        return FieldError(f"{pointer}/upn", advice)
    if child.la_child_id:
        return FieldError(f"{pointer}/la_child_id", f"Check this local authority child id, or add {_PLACES}")
    return FieldError(
        f"{pointer}/addresses",
        "Add something to find the child by: an address, a school, where the child is now, an NHS number, "
        "a unique pupil number, a local authority child id or a date of birth.",
    )

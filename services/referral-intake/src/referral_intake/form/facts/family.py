"""The facts of a family."""

from datetime import date
from typing import Final

from contracts.codes import FamilyRole
from referral_intake.form.facts.placeholders import is_family_name, is_named
from referral_intake.form.facts.said import said
from referral_intake.form.family import HouseholdMember
from referral_intake.form.referral import ReferralForm
from referral_intake.model import FamilyFacts

PARENTS: Final = frozenset({FamilyRole.MOTHER, FamilyRole.FATHER, FamilyRole.PARENT})
_PARENT_WORDS: Final = frozenset({"mother", "father", "parent", "mum", "dad"})


def family_of(form: ReferralForm) -> FamilyFacts:
    """What a form says about everybody beside the children."""
    household, family = form.household, form.family
    return FamilyFacts(
        has_household=bool(household),
        names_responsible=any(map(_is_responsible, household)),
        parents=sum(is_parent(member) and _is_somebody(member) for member in household),
        has_other_parent_reason=family is not None and said(family.other_parent_reason),
        names_alleged_perpetrator=any(member.alleged_perpetrator is True for member in household),
        twice_dated=tuple([place for place, member in enumerate(household) if _is_twice_dated(member)]),
        expected=tuple([(place, day) for place, member in enumerate(household) if (day := _expected_on(member))]),
    )


def _is_responsible(member: HouseholdMember) -> bool:
    if member.parental_responsibility is True:
        return True
    return any(each.parental_responsibility is True for each in member.towards_children)


def is_parent(member: HouseholdMember) -> bool:
    """Whether somebody is a parent.

    By code; or, where a sender has only words, by the first of them, as in "father of the youngest".
    """
    if member.role is not None:
        return member.role in PARENTS
    if any(each.role in PARENTS for each in member.towards_children):
        return True
    words = (member.relationship or "").split(None, 1)
    return bool(words) and words[0].rstrip(",;:").casefold() in _PARENT_WORDS


def _is_somebody(member: HouseholdMember) -> bool:
    """Somebody without a name may be known all the same; of whom it is said that nobody knows the name, nobody is."""
    return member.name is None or is_family_name(member.name) or any(map(is_named, member.aliases))


def _expected_on(member: HouseholdMember) -> date | None:
    return member.expected_date_of_birth if member.date_of_birth is None else None


def _is_twice_dated(member: HouseholdMember) -> bool:
    return member.expected_date_of_birth is not None and member.date_of_birth is not None

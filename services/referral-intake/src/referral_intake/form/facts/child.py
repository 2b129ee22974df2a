"""The facts of one child."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from contracts.codes import AddressKind
from referral_intake.form.child import Address, Child
from referral_intake.form.facts.placeholders import (
    is_doctor,
    is_family_name,
    is_first_name,
    is_named,
    is_newborn,
    is_place,
    is_reason,
    is_school,
    is_told,
    is_whereabouts,
    is_withheld,
    is_written,
    leads_somewhere,
    names_family,
)
from referral_intake.form.facts.said import said
from referral_intake.form.services import Practice, School
from referral_intake.form.voice import ChildVoice
from referral_intake.identifiers import nhs_number, postcode, upn
from referral_intake.model import ChildFacts, Given

_LIVED_AT: Final = frozenset({AddressKind.HOME, AddressKind.TEMPORARY})


def child_of(child: Child) -> ChildFacts:
    """What a form says about one child."""
    has_school, has_location = _school(child.school), is_whereabouts(child.location_now)
    has_own_name = is_first_name(child.first_name, child.last_name)
    addresses = child.addresses
    codes = tuple([_given(each.postcode, postcode.find) if is_written(each.postcode) else None for each in addresses])
    withheld = tuple(map(_is_withheld, addresses))
    shown = [not hidden for hidden in withheld]
    places = [
        each
        for each, code, hidden in zip(addresses, codes, withheld, strict=True)
        if not hidden and _is_place(each, code)
    ]
    return ChildFacts(
        has_name=has_own_name or _has_name(child),
        has_own_name=has_own_name,
        has_description=is_written(child.description) or _is_awaited(child) or _says_whose(child),
        born_on=child.date_of_birth,
        expected_on=child.expected_date_of_birth,
        estimated=child.estimated_date,
        sex=child.sex,
        has_ethnicity=child.ethnicity is not None,
        disabilities=child.disabilities,
        lacks_language_to_interpret=child.interpreter_needed is True and not is_written(child.first_language),
        nhs_number=_given(child.nhs_number, nhs_number.find) if _is_given(child.nhs_number) else None,
        upn=_given(child.upn, upn.find) if _is_given(child.upn) else None,
        has_upn_reason=child.upn_unknown_reason is not None,
        la_child_id=child.la_child_id if _is_given(child.la_child_id) else None,
        has_la_code=child.la_code is not None,
        home_until=_home_until(places),
        has_withheld_home=any(map(_is_lived_at, itertools.compress(addresses, withheld))),
        has_school=has_school,
        has_place=has_location or has_school or bool(places) or _is_somewhere(itertools.compress(addresses, shown)),
        postcodes=codes,
        has_gp=_practice(child.gp),
        has_location_now=has_location,
        has_company_now=is_written(child.with_now),
        has_voice=child.voice is not None and is_heard(child.voice),
        plans=tuple(dict.fromkeys(child.plans or ())),
    )


def is_heard(voice: ChildVoice) -> bool:
    """Whether it says what a child said, showed or wants, or why that is not here."""
    return is_told(voice.words) or is_told(voice.wishes) or is_reason(voice.reason_absent)


def _is_given(number: str | None) -> bool:
    """Whether there is a number at all; noughts alone fill a field."""
    return number is not None and is_written(number) and (number[0] != "0" or number.strip("0 -") != "")


def _given(text: str | None, find: Callable[[str], str | None]) -> Given | None:
    return Given(text, find(text)) if text is not None else None


def _has_name(child: Child) -> bool:
    """Without a first name of its own: the family's name alone will do, but not behind what a newborn is called."""
    if any(map(is_named, child.aliases)):
        return True
    if is_newborn(child.first_name, child.last_name):
        return False
    return is_family_name(child.last_name) and (
        not child.first_name or is_named(f"{child.first_name} {child.last_name}")
    )


def _says_whose(child: Child) -> bool:
    """A family's or a mother's name describes a child that has no name of its own yet."""
    return is_family_name(child.last_name) or names_family(child.first_name, child.last_name)


def _is_awaited(child: Child) -> bool:
    """An unborn child has no name yet, and is found by its mother: whatever it is called describes it."""
    return child.expected_date_of_birth is not None and (said(child.first_name) or said(child.last_name))


def _home_until(places: Sequence[Address]) -> date | None:
    """The last day that a home or a place to stay is known for: the last of all while no end was said; None without."""
    ends = [each.lived_until or date.max for each in places if each.kind in _LIVED_AT]
    return max(ends, default=None)


def _is_somewhere(addresses: Iterable[Address]) -> bool:
    """A kind of place, such as a hotel, is asked for again, and is no reason to refuse the child."""
    return any(is_whereabouts(line) for address in addresses for line in address.lines)


def _is_lived_at(address: Address) -> bool:
    """Whether somebody lives there still: a refuge that a family has left is history."""
    return address.kind in _LIVED_AT and address.lived_until is None


def _is_place(address: Address, code: Given | None) -> bool:
    has_code = code is not None and leads_somewhere(*code)
    return has_code or any(map(is_place, address.lines)) or is_written(address.uprn)


def _is_withheld(address: Address) -> bool:
    """Withheld lines lead nobody anywhere, whatever stands beside them."""
    return any(map(is_withheld, (*address.lines, address.postcode)))


def _school(school: School | str | None) -> bool:
    if isinstance(school, School):
        return is_school(school.name) or is_written(school.urn)
    return is_school(school)


def _practice(gp: Practice | str | None) -> bool:
    if isinstance(gp, Practice):
        return is_doctor(gp.name) or is_doctor(gp.practice) or is_written(gp.code)
    return is_doctor(gp)

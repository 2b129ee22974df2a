"""The facts of one child."""

from collections.abc import Sequence
from typing import Final

from contracts.codes import AddressKind
from referral_intake.form.child import Address, Child
from referral_intake.form.facts.said import any_said, said
from referral_intake.form.services import Practice, School
from referral_intake.form.voice import ChildVoice
from referral_intake.model import ChildFacts

_LIVED_AT: Final = frozenset({AddressKind.HOME, AddressKind.TEMPORARY})


def child_of(child: Child) -> ChildFacts:
    """What a form says about one child."""
    addresses, has_school, has_location = child.addresses, _school(child.school), said(child.location_now)
    return ChildFacts(
        has_name=said(child.first_name) or said(child.last_name) or any_said(child.aliases),
        has_description=said(child.description),
        born_on=child.date_of_birth,
        expected_on=child.expected_date_of_birth,
        estimated=child.estimated_date,
        sex=child.sex,
        has_ethnicity=child.ethnicity is not None,
        disabilities=child.disabilities,
        lacks_language_to_interpret=child.interpreter_needed is True and not said(child.first_language),
        nhs_number=child.nhs_number if said(child.nhs_number) else None,
        upn=child.upn if said(child.upn) else None,
        has_upn_reason=child.upn_unknown_reason is not None,
        la_child_id=child.la_child_id if said(child.la_child_id) else None,
        has_la_code=child.la_code is not None,
        has_home=_has_home(addresses),
        has_school=has_school,
        has_place=has_location or has_school or any(map(_is_place, addresses)),
        postcodes=tuple([each.postcode for each in addresses if each.postcode and said(each.postcode)]),
        has_gp=_practice(child.gp),
        has_location_now=has_location,
        has_company_now=said(child.with_now),
        has_voice=child.voice is not None and is_heard(child.voice),
    )


def is_heard(voice: ChildVoice) -> bool:
    """Whether it says what a child said, showed or wants, or why that is not here."""
    return said(voice.words) or said(voice.wishes) or said(voice.reason_absent)


def _has_home(addresses: Sequence[Address]) -> bool:
    return any(address.kind in _LIVED_AT and _is_place(address) for address in addresses)


def _is_place(address: Address) -> bool:
    return said(address.postcode) or any_said(address.lines) or said(address.uprn)


def _school(school: School | str | None) -> bool:
    if isinstance(school, School):
        return said(school.name) or said(school.urn)
    return said(school)


def _practice(gp: Practice | str | None) -> bool:
    if isinstance(gp, Practice):
        return said(gp.name) or said(gp.practice) or said(gp.code)
    return said(gp)

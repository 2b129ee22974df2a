"""From the form to the facts that the rules look at: whether something was said, not what."""

from collections.abc import Sequence

from contracts.codes import AddressKind
from referral_intake.form.child import Address, Child
from referral_intake.form.referral import ReferralForm
from referral_intake.form.services import School
from referral_intake.model import ChildFacts, ReferralFacts


def facts_of(form: ReferralForm) -> ReferralFacts:
    """What a form says about itself."""
    consent, disclosure = form.consent, form.concern.disclosure
    told = disclosure.words if disclosure else None
    return ReferralFacts(
        immediate_danger=form.immediate_danger,
        has_referrer_name=_said(form.referrer.name),
        has_referrer_phone=_said(form.referrer.phone),
        has_referrer_email=_said(form.referrer.email),
        children=tuple(_child(child) for child in form.children),
        concern_types=form.concern.types,
        has_concern=_said(form.concern.facts, form.concern.opinion, told),
        has_child_voice=_said(form.child_voice.words, form.child_voice.reason_absent),
        says_parents_informed=consent.parents_informed is not None,
        says_agreement=consent.agreed_to_checks is not None or _said(consent.reason_not_asked),
        has_household=bool(form.household),
    )


def _child(child: Child) -> ChildFacts:
    return ChildFacts(
        has_name=_said(child.first_name, child.last_name, *child.aliases),
        has_description=_said(child.description),
        born_on=child.date_of_birth,
        expected_on=child.expected_date_of_birth,
        has_home=_has_home(child.addresses),
        has_school=_said(_school(child)),
        has_place=any(map(_is_place, child.addresses)) or _said(child.location_now, _school(child)),
        nhs_number=child.nhs_number if _said(child.nhs_number) else None,
        has_upn=_said(child.upn),
        has_sex=child.sex is not None,
        has_ethnicity=child.ethnicity is not None,
    )


def _school(child: Child) -> str | None:
    return child.school.name if isinstance(child.school, School) else child.school


def _has_home(addresses: Sequence[Address]) -> bool:
    lived_at = (AddressKind.HOME, AddressKind.TEMPORARY)
    return any(address.kind in lived_at and _is_place(address) for address in addresses)


def _is_place(address: Address) -> bool:
    return _said(*address.lines, address.postcode)


def _said(*texts: str | None) -> bool:
    """Whether any of the texts holds more than blank space."""
    return any(text is not None and text.strip() for text in texts)

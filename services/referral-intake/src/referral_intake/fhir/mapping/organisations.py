"""Organisations: by what their resource says, or by the name or code that a reference gives when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from referral_intake.fhir import systems
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.datatypes import Address, ContactPoint, is_former
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Organization
from referral_intake.fhir.r4.values import Identifier, Reference
from referral_intake.fhir.r4.words import remarked, with_places


@dataclass(frozen=True)
class Organisation:
    """What a message says of an organisation. ``code``: in the Organisation Data Service; ``urn``: of a school."""

    name: Said[str] | None
    code: Said[str] | None
    urn: Said[str] | None = None
    telecom: Sequence[ContactPoint] = ()
    address: Address | None = None

    def words(self) -> Said[str] | None:
        """Its name or, when nobody gives one, its code."""
        return self.name or (Said(f"ODS code {self.code.value}", self.code.places) if self.code else None)


def organisation_of(message: Message, reference: Reference | None) -> Organisation | None:
    """The organisation that is meant; None when nothing is said of it."""
    if reference is None:
        return None
    found = message.find(reference, Organization)
    if found is not None:
        current = [each for each in found.address if not is_former(each, message.as_of)]
        address = next(iter((*current, *found.address)), None)
        code, urn = _numbers(found.identifier, message.as_of)
        return Organisation(_name(found), code, urn, found.telecom, address)
    identifiers = (reference.identifier,) if reference.identifier else ()
    code, urn = (with_places(number, reference.at("type")) for number in _numbers(identifiers, None))
    display = with_places(reference.said("display"), reference.at("type"))
    return Organisation(display, code, urn) if display or code or urn else None


def _numbers(identifiers: Sequence[Identifier], day: date | None) -> tuple[Said[str] | None, Said[str] | None]:
    return code_of(identifiers, day), code_of(identifiers, day, systems.SCHOOL_URN)


def code_of(
    identifiers: Sequence[Identifier], day: date | None = None, register: str = systems.ODS_CODE
) -> Said[str] | None:
    """The code in the Organisation Data Service, or in another register, that is in use on a day, or on any."""
    known = [each for each in identifiers if each.register == register and each.said("value")]
    found = [each for each in known if day is None or each.is_in_use(day)]
    if not found:
        return None
    value = found[0].said("value")
    uses = [found[0].at("use")] if found[0].use in ("official", "usual") else []
    return with_places(value, found[0].at("system"), *uses)


def _name(organisation: Organization) -> Said[str] | None:
    name = organisation.said("name")
    if organisation.active is False:
        return remarked(name, Said("no longer active", (organisation.at("active"),)))
    return with_places(name, organisation.at("active"))

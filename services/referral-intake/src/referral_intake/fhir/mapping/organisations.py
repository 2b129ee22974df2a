"""Organisations: by what their resource says, or by the name or code that a reference gives when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from referral_intake.fhir import systems
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.datatypes import Address, ContactPoint
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Organization
from referral_intake.fhir.r4.values import Identifier, Reference
from referral_intake.fhir.r4.words import remarked, with_places


@dataclass(frozen=True)
class Organisation:
    """What a message says of an organisation. ``code``: in the Organisation Data Service."""

    name: Said[str] | None
    code: Said[str] | None
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
        address = found.address[0] if found.address else None
        return Organisation(_name(found), code_of(found.identifier), found.telecom, address)
    identifiers = (reference.identifier,) if reference.identifier else ()
    code = with_places(code_of(identifiers), reference.at("type"))
    display = with_places(reference.said("display"), reference.at("type"))
    return Organisation(display, code) if display or code else None


def code_of(identifiers: Sequence[Identifier]) -> Said[str] | None:
    """The code in the Organisation Data Service."""
    for identifier in identifiers:
        if (identifier.system or "").casefold() == systems.ODS_CODE.casefold() and (said := identifier.said("value")):
            return Said(said.value, (identifier.at("system"), *said.places))
    return None


def _name(organisation: Organization) -> Said[str] | None:
    name = organisation.said("name")
    if organisation.active is False:
        return remarked(name, Said("no longer active", (organisation.at("active"),)))
    return with_places(name, organisation.at("active"))

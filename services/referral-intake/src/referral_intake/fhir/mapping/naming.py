"""What a message calls whoever or whatever one of its references leads to."""

from typing import Final

from referral_intake.fhir.mapping.words import whole_name
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import (
    Location,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
    RelatedPerson,
)
from referral_intake.fhir.r4.values import Reference

_PEOPLE: Final[tuple[type[Patient | RelatedPerson | Practitioner], ...]] = (Patient, RelatedPerson, Practitioner)
_PLACES: Final[tuple[type[Organization | Location], ...]] = (Organization, Location)


def name_in(message: Message, reference: Reference | None) -> Said[str] | None:
    """The name of the person, organisation or place; None when the message does not have it, or no name of it."""
    role = message.find(reference, PractitionerRole)
    if role is not None:
        return name_in(message, role.practitioner) or name_in(message, role.organization) or _shown(role)
    for kind in _PEOPLE:
        if person := message.find(reference, kind):
            return whole_name(person.name, message.as_of)
    place = next((found for kind in _PLACES if (found := message.find(reference, kind))), None)
    return place.said("name") if place else None


def _shown(role: PractitionerRole) -> Said[str] | None:
    references = (role.practitioner, role.organization)
    return next((shown for each in references if each and (shown := each.said("display"))), None)

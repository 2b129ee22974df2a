"""Where a child is now."""

from referral_intake.fhir import systems
from referral_intake.fhir.mapping.words import one_line
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Encounter, ServiceRequest
from referral_intake.fhir.r4.datatypes import Reference, joined
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Location, Patient


def location_now(message: Message, request: ServiceRequest, patient: Patient) -> Said[str] | None:
    """The child's own place or, when the sender gives none, the place of the request or of the encounter."""
    own = patient.extension_of(systems.extension("child-location-now"))
    references = [own.value_reference] if own else [*request.location_reference, *_of_encounter(message, request)]
    for reference in references:
        location = message.find(reference, Location)
        if location and (words := _words(location)):
            return Said(words.value, (*words.places, *((own.path,) if own else ())))
    return None


def _of_encounter(message: Message, request: ServiceRequest) -> list[Reference]:
    encounter = message.find(request.encounter, Encounter)
    return [each.location for each in encounter.location if each.location] if encounter else []


def _words(location: Location) -> Said[str] | None:
    address = one_line(location.address) if location.address else None
    parts = (location.said("name"), location.said("description"), address)
    return joined(tuple(part for part in parts if part), ", ")

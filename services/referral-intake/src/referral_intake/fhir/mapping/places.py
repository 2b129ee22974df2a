"""Where a child is now."""

from datetime import date
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.mapping.words import one_line
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Encounter, EncounterLocation, ServiceRequest
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Location, Patient
from referral_intake.fhir.r4.values import Reference
from referral_intake.fhir.r4.words import listed, remarked, with_places

_NOT_THERE: Final = frozenset({"planned", "onleave", "finished", "cancelled", "entered-in-error"})
"""Statuses of an encounter at which nobody is there: it never was, it is over, or the patient is away from it."""


_KIND_OF_PLACE: Final = "kind"


def location_now(message: Message, request: ServiceRequest, patient: Patient) -> Said[str] | None:
    """The child's own place or, when the sender gives none, the place of the request or of the encounter."""
    own = patient.extension_of(systems.extension("child-location-now"))
    references = [own.value_reference] if own else [*request.location_reference, *_of_encounter(message, request)]
    for reference in references:
        location = message.find(reference, Location)
        words = _words(location) if location else _named(reference)
        if words:
            return with_places(words, *((own.at("url"),) if own else ()))
    return None


def _of_encounter(message: Message, request: ServiceRequest) -> list[Reference]:
    encounter = message.find(request.encounter, Encounter)
    if encounter is None or encounter.status in _NOT_THERE:
        return []
    if encounter.period is not None and not encounter.period.holds(message.as_of):
        return []
    return [each.location for each in encounter.location if each.location and _is_there(each, message.as_of)]


def _is_there(place: EncounterLocation, day: date) -> bool:
    ended = place.period is not None and (place.period.has_ended(day) or place.period.is_to_come(day))
    return place.status in (None, "active") and not ended


def _words(location: Location) -> Said[str] | None:
    address = one_line(location.address) if location.address else None
    if location.mode == _KIND_OF_PLACE:
        return None
    words = listed((location.said("name"), location.said("description"), address))
    status = location.said("status")
    return with_places(words, location.at("status")) if location.status == "active" else remarked(words, status)


def _named(reference: Reference | None) -> Said[str] | None:
    return with_places(reference.said("display"), reference.at("type")) if reference else None

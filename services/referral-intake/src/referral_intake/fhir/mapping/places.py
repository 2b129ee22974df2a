"""Where a child is now."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.mapping.words import one_line
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Encounter, EncounterLocation, ServiceRequest
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Location, Patient
from referral_intake.fhir.r4.values import Reference
from referral_intake.fhir.r4.words import listed, named, remarked, with_places

_NEVER_WAS: Final = frozenset({"planned", "cancelled", "entered-in-error"})
_OVER: Final = frozenset({"onleave", "finished"})
"""Statuses of an encounter at which nobody is there: it never was; it is over, or the patient is away from it."""
_NOT_YET: Final = frozenset({"planned", "reserved"})


_KIND_OF_PLACE: Final = "kind"


def location_now(message: Message, request: ServiceRequest, patient: Patient) -> Said[str] | None:
    """The child's own place or, when the sender gives none, the place of the request or of the encounter."""
    own = patient.extension_of(systems.extension("child-location-now"))
    references = [own.value_reference] if own else [*request.location_reference, *_of_encounter(message, request)]
    for reference in references:
        if words := _place(message, reference):
            return with_places(words, *((own.at("url"),) if own else ()))
    return None


def former_places(message: Message, request: ServiceRequest) -> Iterator[Said[str]]:
    """Where the child was when the encounter took place out of which the referral came, and is no longer."""
    encounter = message.find(request.encounter, Encounter)
    if encounter is None or encounter.status in _NEVER_WAS:
        return
    for each in encounter.location:
        is_over = not _is_going_on(encounter, message.as_of) or not _is_there(each, message.as_of)
        if is_over and each.status not in _NOT_YET and (words := _place(message, each.location)):
            dates = each.period.words() if each.period else encounter.period.words() if encounter.period else None
            status = encounter.said("status") if encounter.status in _OVER else None
            yield from _given(named("was at", remarked(words, each.said("status"), status, dates)))


def _given(said: Said[str] | None) -> Iterator[Said[str]]:
    if said:
        yield said


def _of_encounter(message: Message, request: ServiceRequest) -> list[Reference]:
    encounter = message.find(request.encounter, Encounter)
    if encounter is None or not _is_going_on(encounter, message.as_of):
        return []
    return [each.location for each in encounter.location if each.location and _is_there(each, message.as_of)]


def _is_going_on(encounter: Encounter, day: date) -> bool:
    holds = encounter.period is None or encounter.period.holds(day)
    return holds and encounter.status not in _NEVER_WAS | _OVER


def _place(message: Message, reference: Reference | None) -> Said[str] | None:
    location = message.find(reference, Location)
    return _words(location) if location else _named(reference)


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

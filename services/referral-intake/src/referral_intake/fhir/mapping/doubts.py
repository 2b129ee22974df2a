"""Dates that cannot be right among what is carried in words: the form judges those that have fields of their own."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Condition, Consent, Flag, Observation, ServiceRequest
from referral_intake.fhir.r4.datatypes import Annotation
from referral_intake.fhir.r4.element import Element, Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.resource import Resource
from referral_intake.fhir.r4.times import day_in_london, is_after, is_before, is_earlier
from referral_intake.fhir.r4.values import Period, Reference
from referral_intake.model import PREGNANCY, TO_COME, Bound

_AFTER_DEATH: Final = "This is after the death."

Doubt = tuple[str, str]
"""A place of the message, and why the date there cannot be right."""


def doubts_in(records: Records) -> Iterator[Doubt]:
    """Every date that is still to come though it tells of what was, or that comes before what had to come first."""
    message = records.message
    for resource in message.all(Resource):
        yield from _periods(resource)
        yield from _of_kind(records, resource)


def _of_kind(records: Records, resource: Resource) -> Iterator[Doubt]:
    """What dates have to fit, for the kind of thing that tells of them."""
    today = records.message.as_of
    match resource:
        case Patient():
            yield from _death(resource, today)
        case Observation():
            yield from _finding(records, resource)
        case Condition():
            yield from _worry(records, resource)
        case Flag():
            yield from _warning(records, resource)
        case Consent():
            yield from _to_come(resource.said("date_time"), today)
        case ServiceRequest():
            yield from _notes(resource.note, today)


def _periods(element: Element) -> Iterator[Doubt]:
    """Whatever ends before it begins, wherever it stands."""
    if isinstance(element, Period) and element.is_turned_round:
        yield element.at("end"), Bound.BEGINNING.value
    for inner in element.parts():
        yield from _periods(inner)


def _death(patient: Patient, day: date) -> Iterator[Doubt]:
    died = patient.said("deceased_date_time")
    if died is None:
        return
    if is_after(died.value, day):
        yield died.places[0], TO_COME
    elif patient.birth_date and is_earlier(died.value, patient.birth_date):
        yield died.places[0], Bound.BIRTH.value


def _finding(records: Records, observation: Observation) -> Iterator[Doubt]:
    period = observation.effective_period
    dates = [observation.said("effective_date_time"), observation.said("effective_instant")]
    dates += [period.said("start"), period.said("end")] if period else []
    for said in dates:
        if said:
            yield from _lived(records, observation.subject, said)
    yield from _notes(observation.note, records.message.as_of)


def _worry(records: Records, condition: Condition) -> Iterator[Doubt]:
    onset, abatement = condition.said("onset_date_time"), condition.said("abatement_date_time")
    begun = condition.onset_period.said("start") if condition.onset_period else None
    for said in (onset, begun, condition.said("recorded_date")):
        if said:
            yield from _lived(records, condition.subject, said)
    if onset and abatement and is_earlier(abatement.value, onset.value):
        yield abatement.places[0], Bound.BEGINNING.value
    yield from _notes(condition.note, records.message.as_of)


def _warning(records: Records, flag: Flag) -> Iterator[Doubt]:
    """A warning may begin later, but not long before whom it is about."""
    start = flag.period.said("start") if flag.period else None
    if start and not is_after(start.value, records.message.as_of):
        yield from _lived(records, flag.subject, start)


def _to_come(said: Said[str] | None, day: date) -> Iterator[Doubt]:
    if said and is_after(said.value, day):
        yield said.places[0], TO_COME


def _lived(records: Records, subject: Reference | None, said: Said[str]) -> Iterator[Doubt]:
    """What was seen of somebody was seen by now, not before there was a pregnancy, and while they lived."""
    if is_after(said.value, records.message.as_of):
        yield said.places[0], TO_COME
        return
    patient = _person(records.message, records, subject)
    begun = _begun(patient)
    if begun and is_before(said.value, begun):
        yield said.places[0], Bound.PREGNANCY.value
    elif patient and patient.deceased_date_time and is_earlier(patient.deceased_date_time, said.value):
        yield said.places[0], _AFTER_DEATH


def _person(message: Message, records: Records, subject: Reference | None) -> Patient | None:
    """Of whom something is said; the only child there is when nobody is named."""
    if subject is not None:
        return message.look_up(subject, Patient)
    return records.children[0].main if len(records.children) == 1 and records.mother is None else None


def _begun(patient: Patient | None) -> date | None:
    """The day before which nothing can have been seen of somebody."""
    born = day_in_london(patient.birth_date) if patient and patient.birth_date else None
    if born is None:
        return None
    return date.fromordinal(max(date.fromisoformat(born).toordinal() - PREGNANCY.days, date.min.toordinal()))


def _notes(notes: Sequence[Annotation], day: date) -> Iterator[Doubt]:
    for note in notes:
        yield from _to_come(note.said("time"), day)

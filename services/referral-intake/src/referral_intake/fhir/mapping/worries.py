"""What a referral is about: the reasons of the request and the conditions, as codes and as facts."""

from collections.abc import Iterator, Sequence
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.mapping.coded import coded_facts, ended_plans
from referral_intake.fhir.mapping.records import Records, death_of
from referral_intake.fhir.mapping.saying import FACTS, HISTORY, TYPES, Saying, called, notes_of
from referral_intake.fhir.mapping.validity import Standing, is_to_come, qualified, standing_of, status_code
from referral_intake.fhir.mapping.words import whole_name
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.content import Condition, Consent, DocumentReference, Flag, Observation, ServiceRequest
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.values import Reference, dated
from referral_intake.fhir.r4.words import labelled, listed, named, remarked, with_places

CONCERN_TYPES: Final = systems.code_system("concern-type")


_SAID_ON_THEIR_OWN: Final = (Condition, Observation, Flag, DocumentReference, Consent)
"""A reference to one of these has served its purpose: it, or that it was not taken, is said wherever it stands."""


def worries(records: Records, request: ServiceRequest) -> Iterator[Saying]:
    """What it is about. What is over is history; what its sender took back is neither."""
    message = records.message
    for concept in request.reason_code:
        yield from _types(concept)
        yield FACTS, _words(concept)
    for condition in message.all(Condition):
        yield from _condition(records, condition)
    yield from _referred_to(message, "Reason whose record was not taken:", request.reason_reference)
    yield from _referred_to(message, "Further information whose record was not taken:", request.supporting_info)
    yield from ((FACTS, note) for note in notes_of(message, request.note))


def _referred_to(message: Message, label: str, references: Sequence[Reference]) -> Iterator[Saying]:
    """What the request refers to, by name, where nothing in the message says it on its own."""
    for reference in references:
        found = [message.find(reference, kind) for kind in _SAID_ON_THEIR_OWN]
        if not any(found):
            yield FACTS, named(label, with_places(reference.said("display"), reference.at("type")))


def deaths(records: Records) -> Iterator[Saying]:
    """That a child of the referral has died: its own kind of concern, and the most urgent one; of an adult, a fact."""
    for record in records.children:
        died = death_of(record)
        if record.main is records.mother:
            continue
        if died and not record.is_grown:
            yield TYPES, (Said("child-death", died.places),)
        if died:
            yield FACTS, labelled(whole_name(record.main.name, records.message.as_of), died)


def _condition(records: Records, condition: Condition) -> Iterator[Saying]:
    standing, off = standing_of(condition, records.message.as_of), records.message.taken_off.get(id(condition))
    if standing is Standing.NOT_SO:
        return
    standing = Standing.PAST if off else standing
    is_strangers = records.is_of_stranger(condition.subject)
    if standing is Standing.NOW and condition.code and not is_strangers:
        yield from _types(condition.code)
    if standing is Standing.NOW and not _is_unsure(condition) and not is_to_come(condition, records.message.as_of):
        yield from coded_facts(records, (condition.code,), condition.subject)
    if standing is Standing.PAST and not _is_unsure(condition):
        yield from ended_plans(records, (condition.code,), condition.subject)
    text = _line(
        records.message, condition, with_types=standing is Standing.PAST or records.is_of_another(condition.subject)
    )
    about = records.about(condition.subject)
    pointer = HISTORY if standing is Standing.PAST else FACTS
    yield pointer, remarked(labelled(about, text), off) if text else None
    yield from ((pointer, labelled(about, note)) for note in notes_of(records.message, condition.note))


def _types(concept: CodeableConcept) -> Iterator[Saying]:
    types = [coding for coding in concept.coding if coding.is_of(CONCERN_TYPES) and coding.code]
    yield TYPES, tuple(Said(coding.code, coding.mapped()) for coding in types)


def _words(concept: CodeableConcept | None) -> Said[str] | None:
    """The worry without the codes that are types already."""
    if concept is None:
        return None
    others = tuple(coding for coding in concept.coding if not coding.is_of(CONCERN_TYPES) or not coding.code)
    return concept.model_copy(update={"coding": others}).words()


def _line(message: Message, condition: Condition, *, with_types: bool) -> Said[str] | None:
    """``what (how sure) (how bad, where, since when)``; a kind of concern alone is a line when there is more to say."""
    whole = condition.code.words() if condition.code else None
    source = named("according to", called(message, condition.asserter))
    words, remarks = whole if with_types else _words(condition.code), listed((*_beside(condition), source))
    if words is None and (remarks or _is_unsure(condition)):
        words = whole
    statuses = (condition.verification_status, condition.clinical_status)
    for status in statuses:
        words = qualified(words, status_code(status)) if words else None
    return remarked(words, remarks) if words else None


def _is_unsure(condition: Condition) -> bool:
    status = status_code(condition.verification_status)
    return status is not None and status.value != "confirmed"


def _beside(condition: Condition) -> Iterator[Said[str] | None]:
    """How bad, where, since and until when."""
    yield condition.severity.words() if condition.severity else None
    yield listed(concept.words() for concept in condition.body_site)
    yield named("since", _onset(condition))
    yield named("until", _abatement(condition))
    yield _has_abated(condition)
    yield named("recorded", dated(condition, "recorded_date"))


def _onset(condition: Condition) -> Said[str] | None:
    made = (condition.onset_age, condition.onset_period, condition.onset_range)
    return listed(
        (dated(condition, "onset_date_time"), condition.said("onset_string"), *(m.words() for m in made if m))
    )


def _abatement(condition: Condition) -> Said[str] | None:
    made = (condition.abatement_age, condition.abatement_period, condition.abatement_range)
    absent = condition.abatement_date_time_beside.absent if condition.abatement_date_time_beside else None
    said = (dated(condition, "abatement_date_time"), condition.said("abatement_string"), named("a day that is", absent))
    return listed((*said, *(m.words() for m in made if m)))


def _has_abated(condition: Condition) -> Said[str] | None:
    answer = condition.said("abatement_boolean")
    return Said("is over" if answer.value else "goes on", answer.places) if answer else None

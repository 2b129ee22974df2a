"""One child of a referral, born or unborn."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.expected import expected_date, is_estimated
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.history import (
    KNOWN_NUMBERS,
    history_of,
    number_in_use,
    other_numbers,
    superseded,
    verified,
)
from referral_intake.fhir.mapping.language import language_fields
from referral_intake.fhir.mapping.places import location_now
from referral_intake.fhir.mapping.records import Record, Records, remarks_of, understood
from referral_intake.fhir.mapping.schooling import former_practices, practice_of, school_of
from referral_intake.fhir.mapping.words import address_of, dates, email_of, names_of, phone_of, whole_name
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import ServiceRequest
from referral_intake.fhir.r4.datatypes import ContactPoint
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, PatientContact, RelatedPerson
from referral_intake.fhir.r4.words import with_places
from referral_intake.form.child import Child

_SELF: Final = "ONESELF"
_PLAIN_USES: Final = frozenset({"official", "usual"})


def child_of(records: Records, record: Record, request: ServiceRequest) -> Part:
    """One child to decide about."""
    if record.main is records.mother:
        return _unborn(records.message, record.main)
    message, patient = records.message, record.main
    names = names_of(patient.name, message.as_of)
    points = (*patient.telecom, *_own_points(patient, message.as_of))
    fields: dict[str, Tree] = {
        **language_fields(patient),
        "location_now": location_now(message, request, patient),
        **extras(Child, "child", patient),
        "first_name": names.first,
        "last_name": names.last,
        "aliases": names.others,
        **dates(patient.said("birth_date"), message.as_of),
        "sex": sex_of(patient),
        "ethnicity": _ethnicity(patient),
        "religion": _religion(patient),
        **_numbers(message, patient),
        "addresses": tuple(address_of(address, message.as_of) for address in patient.address),
        "phone": phone_of(points, message.as_of),
        "email": email_of(points, message.as_of),
        "school": school_of(message, patient),
        "gp": practice_of(message, patient),
    }
    covered = (*names.covered, *understood(message, record), *_marks_of_self(patient))
    return Part(patient.path, {name: tree for name, tree in fields.items() if tree is not None}, covered)


def history_of_child(message: Message, record: Record) -> Iterator[Said[str]]:
    """What was so of a child, and what other records of the same child say."""
    yield from history_of_relative(message, record)
    yield from former_practices(message, record.main)
    yield from remarks_of(message, record)


def history_of_relative(message: Message, record: Record) -> Iterator[Said[str]]:
    """What was so of somebody in the family; of the record itself their notes speak."""
    yield from history_of(record.main, message.as_of)
    yield from other_numbers(record.main, message.as_of)
    yield from (said for patient in record.further for said in superseded(patient))


def contacts_of(patient: Patient) -> Iterator[PatientContact]:
    """People to reach for a child, with or without a name; they belong to the household or family."""
    yield from (contact for contact in patient.contact if _is_person(contact) and not _is_self(contact))


def sex_of(person: Patient | PatientContact | RelatedPerson) -> Said[str] | None:
    """Sex as the DfE list has it."""
    gender = person.said("gender")
    return (
        Said(systems.SEX_OF_GENDER[gender.value].value, gender.places) if gender and gender.value != "other" else None
    )


def _unborn(message: Message, mother: Patient) -> Part:
    """The child that a mother's record stands for: found by her, where she lives, when it is expected."""
    name = whole_name(mother.name, message.as_of)
    fields: dict[str, Tree] = {
        "description": Said(f"Unborn child of {name.value}" if name else "Unborn child", name.places if name else ()),
        "expected_date_of_birth": expected_date(message, mother),
        "estimated_date": is_estimated(message, mother),
        "sex": Said("U", ()),
        "addresses": tuple(address_of(address, message.as_of) for address in mother.address),
        "gp": practice_of(message, mother),
    }
    return Part(mother.path, {name: tree for name, tree in fields.items() if tree is not None})


def _own_points(patient: Patient, day: date) -> Iterator[ContactPoint]:
    """Some systems give a patient's own numbers as those of a contact who is the patient."""
    for contact in patient.contact:
        if _is_self(contact) and (contact.period is None or contact.period.holds(day)):
            yield from contact.telecom


def _is_person(contact: PatientContact) -> bool:
    """Whether a person is meant: the NHS's demographics service sends emergency contacts with a number alone."""
    is_reachable = any(point.said("value") for point in contact.telecom)
    return contact.name is not None or (is_reachable and contact.organization is None)


def _is_self(contact: PatientContact) -> bool:
    return any(coding.code == _SELF for concept in contact.relationship for coding in concept.coding)


def _marks_of_self(patient: Patient) -> Iterator[str]:
    for contact in patient.contact:
        codings = [coding for concept in contact.relationship for coding in concept.coding if coding.code == _SELF]
        yield from (place for coding in codings for place in coding.mapped())


def _ethnicity(patient: Patient) -> Said[str] | None:
    found = patient.extension_of(systems.ETHNIC_CATEGORY)
    concept = found.value_codeable_concept if found else None
    if found is None or concept is None:
        return None
    if own := concept.code_of(systems.code_system("ethnicity")):
        return Said(own.value, found.places_of(own))
    category = concept.code_of(*systems.ETHNIC_CATEGORIES)
    code = systems.ETHNICITY_OF_CATEGORY.get(category.value) if category else None
    return Said(code.value, found.places_of(category)) if code and category else None


def _religion(patient: Patient) -> Said[str] | None:
    found = patient.extension_of(systems.RELIGION)
    concept = found.value_codeable_concept if found else None
    name = concept.name() if concept else None
    return Said(name.value, found.places_of(name)) if found and name else None


def _numbers(message: Message, patient: Patient) -> dict[str, Tree]:
    fields: dict[str, Tree] = {}
    for system, (field, _) in KNOWN_NUMBERS.items():
        identifier = number_in_use(patient, system, message.as_of)
        if identifier is not None:
            places = (
                identifier.at("system"),
                *verified(identifier),
                *([identifier.at("use")] if identifier.use in _PLAIN_USES else []),
            )
            fields[field] = with_places(identifier.said("value"), *places)
    return fields

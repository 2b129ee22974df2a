"""Patients who belong to the family: a mother in whose record a child is, adults, and children who died."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from contracts.codes import FamilyRole
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.children import sex_of
from referral_intake.fhir.mapping.history import number_in_use
from referral_intake.fhir.mapping.language import language_fields
from referral_intake.fhir.mapping.records import Record, Records, death_of, remarks_of, understood
from referral_intake.fhir.mapping.words import address_of, dates, email_of, phone_of, whole_name
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, RelatedPerson
from referral_intake.fhir.r4.words import listed, named, with_places

_JOINED: Final = frozenset({"aliases", "addresses"})


def mother_of(records: Records, record: Record) -> Part:
    """The mother of an unborn child, who stands in her own record. Where she lives is where the child is found."""
    fields = {**_fields(records.message, record), "role": Said(FamilyRole.MOTHER.value, ())}
    return _part(records.message, record, {name: tree for name, tree in fields.items() if name != "addresses"})


def relative_of(message: Message, record: Record) -> Part:
    """Somebody who has a Patient of their own: said, and not a child to decide about."""
    return _part(message, record, {**_fields(message, record), "relationship": Said(_called(record), ())})


def joined_with(records: Records, record: Record, related: Part) -> Part:
    """A related person, with what only their own Patient says; of a child to decide about, that they are one."""
    if records.number_of(record.main) is not None and record.main is not records.mother:
        return Part(related.place, {**related.fields, "subject_of_referral": Said(True, ())}, related.covered)
    own = _part(records.message, record, _fields(records.message, record))
    fields = {**own.fields, **{name: _both(own.fields.get(name), tree, name) for name, tree in related.fields.items()}}
    aliases = _other_name(own.fields, related.fields)
    if aliases:
        fields["aliases"] = (*_each(fields.get("aliases")), aliases)
    return Part(related.place, fields, (*related.covered, *own.covered))


def number_noted(person: Patient | RelatedPerson, day: date) -> Said[str] | None:
    """Somebody's NHS number, for which the household has no field."""
    number = number_in_use(person, systems.NHS_NUMBER, day)
    value = named("NHS number", number.said("value")) if number else None
    return with_places(value, number.at("system"), number.at("use")) if number else None


def _fields(message: Message, record: Record) -> dict[str, Tree]:
    patient = record.main
    fields: dict[str, Tree] = {
        **language_fields(patient),
        "name": whole_name(patient.name, message.as_of),
        "aliases": tuple(_other_names(message, patient)),
        **dates(patient.said("birth_date"), message.as_of),
        "sex": sex_of(patient),
        "subject_of_referral": Said(False, ()) if not record.is_grown else None,
        "addresses": tuple(address_of(address, message.as_of) for address in patient.address),
        "phone": phone_of(patient.telecom, message.as_of),
        "email": email_of(patient.telecom, message.as_of),
        "notes": listed(_notes(message, record), "\n"),
    }
    fields.pop("preferred_communication", None)
    return fields


def _part(message: Message, record: Record, fields: Mapping[str, Tree]) -> Part:
    said = {name: tree for name, tree in fields.items() if tree is not None and tree != ()}
    return Part(record.main.path, said, tuple(understood(message, record)))


def _other_names(message: Message, patient: Patient) -> Iterator[Said[str]]:
    main = whole_name(patient.name, message.as_of)
    wholes = [whole for name in patient.name if (whole := name.whole())]
    yield from (whole for whole in wholes if main is None or whole.value != main.value)


def _notes(message: Message, record: Record) -> Iterator[Said[str] | None]:
    yield named("This person" if record.is_grown else "This child", death_of(record))
    yield from remarks_of(message, record)
    yield number_noted(record.main, message.as_of)


def _called(record: Record) -> str:
    """What is known of whom nobody says who they are to the child."""
    who = "an adult" if record.is_grown else "a child"
    if record.has_died:
        return f"{who} who has died"
    return f"{who} who has a record of their own" if record.is_in_use else f"{who} whose record is not in use"


def _both(own: Tree, related: Tree, name: str) -> Tree:
    """What both say of one field: once, when they say the same; all of it, when it is a list or notes."""
    if name in _JOINED:
        return (*_each(related), *_each(own))
    if isinstance(own, Said) and isinstance(related, Said):
        if name == "notes":
            return listed((related, own), "\n")
        if own.value == related.value:
            return Said(related.value, (*related.places, *own.places))
    return related


def _other_name(own: Mapping[str, Tree], related: Mapping[str, Tree]) -> Said[str] | None:
    """What the Patient is called, when the related person is called otherwise."""
    name, other = own.get("name"), related.get("name")
    differ = isinstance(name, Said) and isinstance(other, Said) and name.value != other.value
    return name if differ and isinstance(name, Said) else None


def _each(tree: Tree) -> tuple[Tree, ...]:
    return tuple(tree) if isinstance(tree, tuple) else ()

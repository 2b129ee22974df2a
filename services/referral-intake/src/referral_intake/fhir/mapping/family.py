"""Related persons are the household and family; with them stand those who have a Patient of their own."""

from collections.abc import Iterator
from typing import Any, Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.children import contacts_of, sex_of
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.history import history_of
from referral_intake.fhir.mapping.language import language_fields
from referral_intake.fhir.mapping.records import Record, Records, death_of
from referral_intake.fhir.mapping.relations import relationship_of
from referral_intake.fhir.mapping.relatives import joined_with, mother_of, number_noted, relative_of
from referral_intake.fhir.mapping.words import (
    FORMER,
    address_of,
    dates,
    email_of,
    era,
    lived_at,
    number_of,
    phone_of,
    whole_name,
    words_of,
)
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, PatientContact, RelatedPerson
from referral_intake.fhir.r4.words import listed, named, remarked, with_places
from referral_intake.form.family import HouseholdMember

_YES_OR_NO: Final = {True: "yes", False: "no"}


def household_of(records: Records) -> tuple[Part, ...]:
    """Everybody who matters in the children's lives now, and brothers and sisters who died."""
    message = records.message
    persons = [person for person in message.all(RelatedPerson) if is_current(person, message)]
    contacts = [contact for record in records.children for contact in contacts_of(record.main)]
    known = {id(record) for person in message.all(RelatedPerson) if (record := records.record_of(person))}
    return (
        *([mother_of(records, records.children[0])] if records.mother else []),
        *(_member(records, person) for person in persons),
        *(_contact(message, contact) for contact in contacts if is_current(contact, message)),
        *(relative_of(message, record) for record in records.others if id(record) not in known),
    )


def former_family(records: Records) -> Iterator[Said[str]]:
    """Who was in the household or family, and is no longer."""
    message = records.message
    contacts = [contact for record in records.children for contact in contacts_of(record.main)]
    everybody: list[RelatedPerson | PatientContact] = [*message.all(RelatedPerson), *contacts]
    for person in everybody:
        if not is_current(person, message) and (said := _former(records, person)):
            yield said


def history_of_family(message: Message) -> Iterator[tuple[Said[str] | None, Said[str]]]:
    """Former names and numbers of those who are in the family now, each with whose it is."""
    for person in message.all(RelatedPerson):
        if is_current(person, message):
            whose = whole_name(person.name, message.as_of)
            yield from ((whose, said) for said in history_of(person, message.as_of))


def is_current(person: RelatedPerson | PatientContact, message: Message) -> bool:
    """Whether somebody is what they are to the child now."""
    holds = person.period is None or person.period.holds(message.as_of)
    return holds and not (isinstance(person, RelatedPerson) and person.active is False)


def _member(records: Records, person: RelatedPerson) -> Part:
    message = records.message
    number = records.number_of(message.find(person.patient, Patient))
    towards = number if len(records.children) > 1 else None
    record = records.record_of(person)
    names = [whole for name in person.name if (whole := name.whole())]
    main = whole_name(person.name, message.as_of)
    fields: dict[str, Tree] = {
        **language_fields(person),
        **extras(HouseholdMember, "family-member", person),
        "name": main,
        "aliases": tuple(whole for whole in names if main is None or whole.value != main.value),
        **_relationship(records, person),
        **dates(person.said("birth_date"), message.as_of),
        "sex": sex_of(person),
        "addresses": tuple(address_of(address, message.as_of) for address in person.address),
        "phone": phone_of(person.telecom, message.as_of),
        "email": email_of(person.telecom, message.as_of),
        "towards_children": (_towards(person, towards),) if towards else None,
        "notes": _notes(message, person, record),
    }
    covered = (person.at("active"),) if person.active is True else ()
    own = {name: tree for name, tree in fields.items() if tree is not None}
    return (
        Part(person.path, own, covered)
        if record is None
        else joined_with(records, record, Part(person.path, own, covered))
    )


def _notes(message: Message, person: RelatedPerson, record: Record | None) -> Tree:
    """Notes of ours, and since when somebody is what they are. Notes that are no text are for the form to refuse."""
    ours = person.said_by(systems.extension("family-member-notes"))
    since = named("in this relation", person.period.words() if person.period else None)
    number = number_noted(person, message.as_of) if record is None else None
    return ours if ours and not isinstance(ours.value, str) else listed((ours, since, number), "\n")


def _relationship(records: Records, person: RelatedPerson) -> dict[str, Tree]:
    """Who somebody is to a child; of whoever is something to somebody else, to whom."""
    if not records.is_of_another(person.patient) or person.patient is None or records.mother is not None:
        return relationship_of(person.relationship)
    words = listed(concept.words() for concept in person.relationship) or Said("related", ())
    return {"relationship": remarked(words, named("to", records.named(person.patient)))}


def _towards(person: RelatedPerson, number: int) -> Part:
    place = person.patient.at("reference") if person.patient else person.path
    return Part(place, {"child": Said(number, (place,)), "role": relationship_of(person.relationship).get("role")})


def _contact(message: Message, contact: PatientContact) -> Part:
    since = named("in this relation", contact.period.words() if contact.period else None)
    fields: dict[str, Tree] = {
        **extras(HouseholdMember, "family-member", contact),
        "name": whole_name((contact.name,), message.as_of) if contact.name else None,
        **relationship_of(contact.relationship),
        "sex": sex_of(contact),
        "addresses": (address_of(contact.address, message.as_of),) if contact.address else None,
        "phone": phone_of(contact.telecom, message.as_of),
        "email": email_of(contact.telecom, message.as_of),
        **({"notes": since} if since else {}),
    }
    return Part(contact.path, {name: tree for name, tree in fields.items() if tree is not None})


def _former(records: Records, person: RelatedPerson | PatientContact) -> Said[str] | None:
    """Somebody who was in the family, as far as it helps to know who that was."""
    message = records.message
    names = person.name if isinstance(person, RelatedPerson) else (person.name,) if person.name else ()
    addresses = person.address if isinstance(person, RelatedPerson) else (person.address,) if person.address else ()
    born, places = _of_record(records, person) if isinstance(person, RelatedPerson) else (None, ())
    numbers = listed(number_of(point) for point in person.telecom)
    name = whole_name(names, message.as_of)
    died = _death(records, person) if isinstance(person, RelatedPerson) else None
    who = listed((name, words_of(person.relationship), born, lived_at(addresses), numbers, _further(person), died))
    ended = person.period.words() if person.period else None
    remark = ended or Said("the sender's record is not in use", places)
    is_to_come = era(person.period, message.as_of) != FORMER
    label = "Is to be in the family later:" if is_to_come else "Formerly in the family:"
    return with_places(named(label, remarked(who, remark)), *places)


def _death(records: Records, person: RelatedPerson) -> Said[str] | None:
    """That somebody has died, as the Patient of theirs says, from which nothing else is taken."""
    record = records.record_of(person)
    return death_of(record) if record else None


def _further(person: RelatedPerson | PatientContact) -> Said[str] | None:
    """What our extensions say of somebody, in words: who harmed a child did so whether or not they have left."""
    said = extras(HouseholdMember, "family-member", person)
    return listed(_in_words(name, each) for name, each in said.items() if isinstance(each, Said))


def _in_words(name: str, said: Said[Any]) -> Said[str]:
    value = _YES_OR_NO[said.value] if isinstance(said.value, bool) else said.value
    return Said(f"{name.replace('_', ' ')}: {value}", said.places)


def _of_record(records: Records, person: RelatedPerson) -> tuple[Said[str] | None, tuple[str, ...]]:
    """When somebody was born, and the place that says that their record is not in use."""
    records.follow_only_child(person.patient)
    return named("born", person.said("birth_date")), (person.at("active"),) if person.active is False else ()

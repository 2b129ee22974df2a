"""Related persons are the household and family; so are children who died, and a mother in whose record a child is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from contracts.codes import FamilyRole
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.children import contacts_of, sex_of
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.history import history_of, number_in_use
from referral_intake.fhir.mapping.language import language_fields
from referral_intake.fhir.mapping.records import Record, Records, death_of, remarks_of, understood
from referral_intake.fhir.mapping.words import (
    address_of,
    dates,
    email_of,
    lived_at,
    number_of,
    phone_of,
    whole_name,
    words_of,
)
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, PatientContact, RelatedPerson
from referral_intake.fhir.r4.words import listed, named, remarked, with_places
from referral_intake.form.family import HouseholdMember

_ROLES: Final[Mapping[FamilyRole, str]] = {
    FamilyRole.MOTHER: "MTH NMTH ADOPTM GESTM",
    FamilyRole.FATHER: "FTH NFTH ADOPTF",
    FamilyRole.PARENT: "PRN NPRN ADOPTP",
    FamilyRole.STEP_PARENT: "STPPRN STPMTH STPFTH",
    FamilyRole.SIBLING: "SIB BRO SIS HSIB HBRO HSIS NSIB NBRO NSIS STPSIB STPBRO STPSIS TWIN",
    FamilyRole.GRANDPARENT: "GRPRN GRMTH GRFTH MGRMTH MGRFTH PGRMTH PGRFTH MGRPRN PGRPRN",
    FamilyRole.OTHER_RELATIVE: "AUNT UNCLE MAUNT PAUNT MUNCLE PUNCLE COUSN NIECE NEPHEW NIENEPH",
    FamilyRole.GUARDIAN: "GUARD",
    FamilyRole.FOSTER_CARER: "PRNFOST MTHFOST FTHFOST",
}
_ROLE_OF: Final = {code: role for role, codes in _ROLES.items() for code in codes.split()}
_YES_OR_NO: Final = {True: "yes", False: "no"}
_RELATIONSHIPS: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def household_of(records: Records) -> tuple[Part, ...]:
    """Everybody who matters in the children's lives now, and brothers and sisters who died."""
    message = records.message
    persons = [person for person in message.all(RelatedPerson) if is_current(person, message)]
    contacts = [contact for record in records.children for contact in contacts_of(record.main)]
    return (
        *([_mother(message, records.mother)] if records.mother else []),
        *(_member(records, person) for person in persons),
        *(_contact(message, contact) for contact in contacts if is_current(contact, message)),
        *(_other_child(message, record) for record in records.others),
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
    ended = person.period is not None and person.period.has_ended(message.as_of)
    return not ended and not (isinstance(person, RelatedPerson) and person.active is False)


def _member(records: Records, person: RelatedPerson) -> Part:
    message = records.message
    patient = message.find(person.patient, Patient)
    number = records.number_of(patient)
    towards = number if len(records.children) > 1 else None
    names = [whole for name in person.name if (whole := name.whole())]
    main = whole_name(person.name, message.as_of)
    fields: dict[str, Tree] = {
        **language_fields(person),
        **extras(HouseholdMember, "family-member", person),
        "name": main,
        "aliases": tuple(whole for whole in names if main is None or whole.value != main.value),
        **_relationship(person.relationship),
        **dates(person.said("birth_date"), message.as_of),
        "sex": sex_of(person),
        "addresses": tuple(address_of(address, message.as_of) for address in person.address),
        "phone": phone_of(person.telecom, message.as_of),
        "email": email_of(person.telecom, message.as_of),
        "towards_children": (_towards(person, towards),) if towards else None,
        "notes": _notes(person),
    }
    covered = (person.at("active"),) if person.active is True else ()
    return Part(person.path, {name: tree for name, tree in fields.items() if tree is not None}, covered)


def _notes(person: RelatedPerson) -> Tree:
    """Notes of ours, and since when somebody is what they are. Notes that are no text are for the form to refuse."""
    ours = person.said_by(systems.extension("family-member-notes"))
    since = named("in this relation", person.period.words() if person.period else None)
    return ours if ours and not isinstance(ours.value, str) else listed((ours, since), "\n")


def _mother(message: Message, mother: Patient) -> Part:
    """The mother of an unborn child, who stands in her own record."""
    number = number_in_use(mother, systems.NHS_NUMBER, message.as_of)
    value = named("NHS number", number.said("value")) if number else None
    fields: dict[str, Tree] = {
        **language_fields(mother),
        "name": whole_name(mother.name, message.as_of),
        "role": Said(FamilyRole.MOTHER.value, ()),
        **dates(mother.said("birth_date"), message.as_of),
        "sex": sex_of(mother),
        "phone": phone_of(mother.telecom, message.as_of),
        "email": email_of(mother.telecom, message.as_of),
        "notes": with_places(value, number.at("system"), number.at("use")) if number else None,
    }
    fields.pop("preferred_communication", None)
    covered = tuple(understood(message, Record(mother)))
    return Part(mother.path, {name: tree for name, tree in fields.items() if tree is not None}, covered)


def _other_child(message: Message, record: Record) -> Part:
    """A child who died, or whose record is not in use: said, and not a child to decide about."""
    patient = record.main
    fields: dict[str, Tree] = {
        "name": whole_name(patient.name, message.as_of),
        "relationship": Said("a child who has died" if record.has_died else "a child whose record is not in use", ()),
        **dates(patient.said("birth_date"), message.as_of),
        "sex": sex_of(patient),
        "subject_of_referral": Said(False, ()),
        "notes": listed((named("This child", death_of(record)), *remarks_of(message, record)), "\n"),
    }
    covered = tuple(understood(message, record))
    return Part(patient.path, {name: tree for name, tree in fields.items() if tree is not None}, covered)


def _towards(person: RelatedPerson, number: int) -> Part:
    place = person.patient.at("reference") if person.patient else person.path
    return Part(place, {"child": Said(number, (place,)), "role": _relationship(person.relationship).get("role")})


def _contact(message: Message, contact: PatientContact) -> Part:
    since = named("in this relation", contact.period.words() if contact.period else None)
    fields: dict[str, Tree] = {
        **extras(HouseholdMember, "family-member", contact),
        "name": whole_name((contact.name,), message.as_of) if contact.name else None,
        **_relationship(contact.relationship),
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
    who = listed((name, words_of(person.relationship), born, lived_at(addresses), numbers, _further(person)))
    ended = person.period.words() if person.period else None
    remark = ended or Said("the sender's record is not in use", places)
    return with_places(named("Formerly in the family:", remarked(who, remark)), *places)


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


def _relationship(concepts: Sequence[CodeableConcept]) -> dict[str, Tree]:
    """Who somebody is to the child: as a code where one is known, and in the sender's words."""
    worded = [concept for concept in concepts if concept.text or any(coding.display for coding in concept.coding)]
    fields: dict[str, Tree] = {"relationship": words_of(worded)}
    for concept in concepts:
        if own := concept.code_of(systems.code_system("family-role")):
            return {**fields, "role": own}
        kind = concept.code_of(_RELATIONSHIPS)
        if kind and kind.value in _ROLE_OF:
            return {**fields, "role": Said(_ROLE_OF[kind.value].value, kind.places)}
    return fields

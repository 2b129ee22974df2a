"""Related persons are the household and family."""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.codes import FamilyRole
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.children import contacts_of, sex_of
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.words import address_of, dates, email_of, phone_of, words_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.datatypes import CodeableConcept
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, PatientContact, RelatedPerson
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
_RELATIONSHIPS: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def household_of(message: Message, children: Sequence[Patient]) -> tuple[Part, ...]:
    """Everybody who matters in the children's lives."""
    persons = [person for person in message.all(RelatedPerson) if person.active is not False]
    contacts = [contact for child in children for contact in contacts_of(child)]
    return (*(_member(message, person, children) for person in persons), *map(_contact, contacts))


def _member(message: Message, person: RelatedPerson, children: Sequence[Patient]) -> Part:
    patient = message.find(person.patient, Patient)
    towards = children.index(patient) + 1 if patient and len(children) > 1 and patient in children else None
    names = [whole for name in person.name if (whole := name.whole())]
    fields: dict[str, Tree] = {
        **extras(HouseholdMember, "family-member", person),
        "name": names[0] if names else None,
        "aliases": tuple(names[1:]),
        **_relationship(person.relationship),
        **dates(person.said("birth_date")),
        "sex": sex_of(person),
        "addresses": tuple(map(address_of, person.address)),
        "phone": phone_of(person.telecom),
        "email": email_of(person.telecom),
        "towards_children": (_towards(person, towards),) if towards else None,
    }
    return Part(person.path, {name: tree for name, tree in fields.items() if tree is not None})


def _towards(person: RelatedPerson, number: int) -> Part:
    place = person.patient.path if person.patient else person.path
    return Part(place, {"child": Said(number, (place,)), "role": _relationship(person.relationship).get("role")})


def _contact(contact: PatientContact) -> Part:
    fields: dict[str, Tree] = {
        **extras(HouseholdMember, "family-member", contact),
        "name": contact.name.whole() if contact.name else None,
        **_relationship(contact.relationship),
        "sex": sex_of(contact),
        "phone": phone_of(contact.telecom),
        "email": email_of(contact.telecom),
    }
    return Part(contact.path, fields)


def _relationship(concepts: Sequence[CodeableConcept]) -> dict[str, Tree]:
    """Who somebody is to the child: as a code where one is known, and in the sender's words."""
    named = [concept for concept in concepts if concept.text or any(coding.display for coding in concept.coding)]
    fields: dict[str, Tree] = {"relationship": words_of(named)}
    for concept in concepts:
        if own := concept.code_of(systems.code_system("family-role")):
            return {**fields, "role": own}
        kind = concept.code_of(_RELATIONSHIPS)
        if kind and kind.value in _ROLE_OF:
            return {**fields, "role": Said(_ROLE_OF[kind.value].value, kind.places)}
    return fields

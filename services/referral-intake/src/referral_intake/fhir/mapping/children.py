"""Patients are the children of a referral: those it is about first, then all the others."""

from collections.abc import Iterator

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.places import location_now
from referral_intake.fhir.mapping.words import address_of, dates, email_of, names_of, phone_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import ServiceRequest
from referral_intake.fhir.r4.datatypes import ContactPoint, Extension
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import (
    Organization,
    Patient,
    PatientContact,
    Practitioner,
    PractitionerRole,
    RelatedPerson,
)
from referral_intake.form.child import Child

_SELF = "ONESELF"


def children_of(message: Message, request: ServiceRequest) -> tuple[Patient, ...]:
    """Whom the referral is about, the subject first. Raises ``MessageRefused`` when the subject is not there."""
    subject = message.get(request.subject, Patient, f"{request.path}.subject")
    return (subject, *(patient for patient in message.all(Patient) if patient is not subject))


def child_of(message: Message, patient: Patient, request: ServiceRequest) -> Part:
    """One child, born or unborn."""
    names = names_of(patient.name)
    points = (*patient.telecom, *_own_points(patient))
    fields: dict[str, Tree] = {
        "location_now": location_now(message, request, patient),
        **extras(Child, "child", patient),
        "first_name": names.first,
        "last_name": names.last,
        "aliases": names.others,
        **dates(patient.said("birth_date")),
        "sex": sex_of(patient),
        "ethnicity": _ethnicity(patient),
        "religion": _concept(patient.extension_of(systems.RELIGION)),
        "interpreter_needed": patient.said_by(systems.INTERPRETER),
        "first_language": _language(patient),
        **_identifiers(patient),
        "addresses": tuple(map(address_of, patient.address)),
        "phone": phone_of(points),
        "email": email_of(points),
        "school": _school(message, patient),
        "gp": _practice(message, patient),
    }
    return Part(patient.path, {name: tree for name, tree in fields.items() if tree is not None}, names.covered)


def contacts_of(patient: Patient) -> Iterator[PatientContact]:
    """People to reach for a child who have a name; they belong to the household or family."""
    yield from (contact for contact in patient.contact if contact.name is not None)


def sex_of(person: Patient | PatientContact | RelatedPerson) -> Said[str] | None:
    """Sex as the DfE list has it."""
    gender = person.said("gender")
    return (
        Said(systems.SEX_OF_GENDER[gender.value].value, gender.places) if gender and gender.value != "other" else None
    )


def _own_points(patient: Patient) -> Iterator[ContactPoint]:
    """Some systems give a patient's own numbers as those of a contact who is the patient."""
    for contact in patient.contact:
        if any(coding.code == _SELF for concept in contact.relationship for coding in concept.coding):
            yield from contact.telecom


def _ethnicity(patient: Patient) -> Said[str] | None:
    found = patient.extension_of(systems.ETHNIC_CATEGORY)
    concept = found.value_codeable_concept if found else None
    if found is None or concept is None:
        return None
    if own := concept.code_of(systems.code_system("ethnicity")):
        return Said(own.value, (found.path,))
    category = concept.code_of(*systems.ETHNIC_CATEGORIES)
    code = systems.ETHNICITY_OF_CATEGORY.get(category.value) if category else None
    return Said(code.value, (found.path,)) if code else None


def _concept(extension: Extension | None) -> Said[str] | None:
    concept = extension.value_codeable_concept if extension else None
    words = concept.words() if concept else None
    return Said(words.value, (extension.path,)) if extension and words else None


def _language(patient: Patient) -> Said[str] | None:
    spoken = sorted(patient.communication, key=lambda each: not each.preferred)
    for each in spoken:
        if each.language and (words := each.language.words()):
            return Said(words.value, (each.path,))
    return None


def _identifiers(patient: Patient) -> dict[str, Tree]:
    fields = {systems.NHS_NUMBER: "nhs_number", systems.UPN: "upn", systems.CHILD_ID: "la_child_id"}
    found: dict[str, Tree] = {}
    for identifier in patient.identifier:
        name = fields.get(identifier.system or "")
        if name and name not in found and (said := identifier.said("value")):
            found[name] = Said(said.value, (identifier.path,))
    return found


def _school(message: Message, patient: Patient) -> Tree:
    extension = patient.extension_of(systems.extension("child-school"))
    if extension is None:
        return None
    school = message.find(extension.value_reference, Organization)
    if school is None:
        return extension.said("value_string")
    return Part(extension.path, {"name": school.said("name"), "contact": phone_of(school.telecom)}, (extension.path,))


def _practice(message: Message, patient: Patient) -> Tree:
    """The first general practitioner: a practice, a doctor there, or only a name."""
    for reference in patient.general_practitioner:
        role = message.find(reference, PractitionerRole)
        doctor = message.find(role.practitioner if role else reference, Practitioner)
        practice = message.find(role.organization if role else reference, Organization)
        if doctor or practice:
            return Part(reference.path, _practice_fields(doctor, practice))
        if display := reference.said("display"):
            return Part(reference.path, {"practice": display})
    return None


def _practice_fields(doctor: Practitioner | None, practice: Organization | None) -> dict[str, Tree]:
    fields: dict[str, Tree] = {}
    if doctor:
        fields |= {"name": doctor.name[0].whole() if doctor.name else None, "phone": phone_of(doctor.telecom)}
    if practice:
        code = next(
            (i for i in practice.identifier if (i.system or "").casefold() == systems.ODS_CODE.casefold()), None
        )
        value = code.said("value") if code else None
        fields |= {
            "practice": practice.said("name"),
            "code": Said(value.value, (code.path,)) if code and value else None,
        }
        fields["phone"] = fields.get("phone") or phone_of(practice.telecom)
    return fields

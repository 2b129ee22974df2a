"""A child's school and GP practice, by what their resource says or by the code or name that a reference gives."""

from collections.abc import Iterator
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.organisations import organisation_of
from referral_intake.fhir.mapping.words import AT_WORK, era, phone_of, whole_name
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Organization, Patient, Practitioner, PractitionerRole
from referral_intake.fhir.r4.values import Period, Reference
from referral_intake.fhir.r4.words import listed, named, remarked, with_places

_PERSON: Final = "Practitioner"


def school_of(message: Message, patient: Patient) -> Tree:
    """A school: an Organization, a reference that names one, or its name."""
    extension = patient.extension_of(systems.extension("child-school"))
    if extension is None:
        return None
    school = organisation_of(message, extension.value_reference)
    if school is None:
        said = extension.value()
        return Said(said.value, extension.places_of(said)) if said else None
    contact = phone_of(school.telecom, message.as_of, uses=AT_WORK)
    fields = {"name": school.words(), "urn": school.urn, "contact": contact}
    return Part(extension.path, {name: said for name, said in fields.items() if said}, (extension.at("url"),))


def practice_of(message: Message, patient: Patient) -> Tree:
    """The first general practitioner that counts now: a practice, a doctor there, or only a name or a code."""
    for reference in patient.general_practitioner:
        fields = _practice_fields(message, reference) if _counts(message, reference) else {}
        if fields:
            return Part(reference.path, fields)
    return None


def former_practices(message: Message, patient: Patient) -> Iterator[Said[str]]:
    """General practitioners that count no more, or not yet, with their dates."""
    for reference in patient.general_practitioner:
        if not _counts(message, reference):
            role = message.find(reference, PractitionerRole)
            practice = organisation_of(message, role.organization if role else reference)
            period, doctor = _period(reference, role), _doctor_of(message, reference, role)
            who = listed((practice.words() if practice else None, doctor))
            said = remarked(who, period.words() if period else None)
            if other := named(f"{era(period, message.as_of)} GP", said):
                yield other


def _counts(message: Message, reference: Reference) -> bool:
    role, identifier = message.find(reference, PractitionerRole), reference.identifier
    doctor = message.find(role.practitioner if role else reference, Practitioner)
    practice = message.find(role.organization if role else reference, Organization)
    if any(each is not None and each.active is False for each in (doctor, practice)):
        return False
    if role is not None:
        return role.active is not False and (role.period is None or role.period.holds(message.as_of))
    return identifier is None or identifier.is_in_use(message.as_of)


def _doctor_of(message: Message, reference: Reference, role: PractitionerRole | None) -> Said[str] | None:
    """A doctor by name, and that the record of either is not in use."""
    doctor = message.find(role.practitioner if role else reference, Practitioner)
    name = whole_name(doctor.name, message.as_of) if doctor else None
    shown = role.practitioner.said("display") if role and role.practitioner and not name else None
    inactive = tuple(each.at("active") for each in (role, doctor) if each is not None and each.active is False)
    return remarked(name or shown, Said("the sender's record is not in use", inactive) if inactive else None)


def _period(reference: Reference, role: PractitionerRole | None) -> Period | None:
    identifier = reference.identifier
    return role.period if role else identifier.period if identifier else None


def _practice_fields(message: Message, reference: Reference) -> dict[str, Tree]:
    role = message.find(reference, PractitionerRole)
    doctor = message.find(role.practitioner if role else reference, Practitioner)
    is_person = doctor is not None or reference.type == _PERSON
    practice = organisation_of(message, role.organization if role else None if is_person else reference)
    fields: dict[str, Tree] = {}
    if is_person and doctor is None:
        fields["name"] = with_places(reference.said("display"), reference.at("type"))
    if doctor:
        own = phone_of(doctor.telecom, message.as_of, uses=AT_WORK)
        fields |= {"name": whole_name(doctor.name, message.as_of), "phone": own}
    if practice:
        phone = fields.get("phone") or phone_of(practice.telecom, message.as_of, uses=AT_WORK)
        fields |= {"practice": practice.name, "code": practice.code, "phone": phone}
    return {name: tree for name, tree in fields.items() if tree is not None}

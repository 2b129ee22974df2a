"""Practitioners: the one who refers, and those who work with the family."""

from collections.abc import Iterator

from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.words import email_of, one_line, phone_of, words_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import ServiceRequest
from referral_intake.fhir.r4.datatypes import ContactPoint, Reference, joined
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Organization, Patient, Practitioner, PractitionerRole, RelatedPerson
from referral_intake.form.referrer import Referrer
from referral_intake.form.services import Professional


def referrer_of(message: Message, request: ServiceRequest) -> tuple[Part, Practitioner | None]:
    """Who refers: the requester or, when there is none, the author of the message. With the practitioner it is."""
    reference = request.requester or message.header.author
    said = {**extras(Referrer, "referrer", request), "own_reference": _own_reference(request)}
    member = message.find(reference, RelatedPerson) or message.find(reference, Patient)
    if member:
        name = member.name[0].whole() if member.name else None
        public = Said("public", (reference.path if reference else request.path,))
        return Part(member.path, {**said, "kind": public, "name": name, **_points(member.telecom)}), None
    role, practitioner = _practitioner(message, reference)
    organisation = message.find(role.organization if role else reference, Organization)
    organisation = organisation or message.find(message.header.sender, Organization)
    place = practitioner.path if practitioner else f"{request.path}.requester"
    return Part(place, {**said, **_professional_fields(role, practitioner, organisation)}), practitioner


def professionals_of(message: Message, *, referrer: Practitioner | None) -> Iterator[Part]:
    """Everybody else who works with the family, by role or, where no role says more, by name. GPs stand elsewhere."""
    seen = _general_practitioners(message) | ({id(referrer)} if referrer else set())
    for role in message.all(PractitionerRole):
        practitioner = message.find(role.practitioner, Practitioner)
        if not seen & {id(role), id(practitioner)}:
            yield _professional(role, practitioner, message.find(role.organization, Organization))
        seen.add(id(practitioner))
    for practitioner in message.all(Practitioner):
        if id(practitioner) not in seen:
            yield _professional(None, practitioner, None)


def _general_practitioners(message: Message) -> set[int]:
    references = [each for patient in message.all(Patient) for each in patient.general_practitioner]
    found = [message.find(each, kind) for each in references for kind in (PractitionerRole, Practitioner)]
    return {id(each) for each in found if each}


def _practitioner(message: Message, reference: Reference | None) -> tuple[PractitionerRole | None, Practitioner | None]:
    role = message.find(reference, PractitionerRole)
    practitioner = message.find(role.practitioner if role else reference, Practitioner)
    if role is None and practitioner is not None:
        roles = message.all(PractitionerRole)
        role = next((each for each in roles if message.find(each.practitioner, Practitioner) is practitioner), None)
    return role, practitioner


def _professional_fields(
    role: PractitionerRole | None, practitioner: Practitioner | None, organisation: Organization | None
) -> dict[str, Tree]:
    points = [*(role.telecom if role else ()), *(practitioner.telecom if practitioner else ())]
    theirs = organisation.telecom if organisation else ()
    address = organisation.address[0] if organisation and organisation.address else None
    return {
        "name": practitioner.name[0].whole() if practitioner and practitioner.name else None,
        "role": _role_words(role),
        "organisation": organisation.said("name") if organisation else None,
        "phone": phone_of(points) or phone_of(theirs),
        "email": email_of(points) or email_of(theirs),
        "address": one_line(address) if address else None,
    }


def _professional(
    role: PractitionerRole | None, practitioner: Practitioner | None, organisation: Organization | None
) -> Part:
    fields = _professional_fields(role, practitioner, organisation)
    contact = joined(tuple(said for name in ("phone", "email") if isinstance(said := fields[name], Said)), ", ")
    source = role or practitioner
    return Part(
        source.path if source else "Bundle",
        {
            **(extras(Professional, "professional", source) if source else {}),
            **{name: fields[name] for name in ("name", "role", "organisation")},
            "contact": contact,
        },
    )


def _points(points: tuple[ContactPoint, ...]) -> dict[str, Tree]:
    return {"phone": phone_of(points), "email": email_of(points)}


def _role_words(role: PractitionerRole | None) -> Said[str] | None:
    return (words_of(role.code) or words_of(role.specialty)) if role else None


def _own_reference(request: ServiceRequest) -> Said[str] | None:
    identifier = request.identifier[0] if request.identifier else None
    value = identifier.said("value") if identifier else None
    return Said(value.value, (identifier.path,)) if identifier and value else None

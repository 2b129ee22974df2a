"""Practitioners: the one who refers, and those who work with the family."""

from collections.abc import Iterator, Sequence
from datetime import date

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.history import history_of
from referral_intake.fhir.mapping.organisations import Organisation, code_of, organisation_of
from referral_intake.fhir.mapping.words import AT_WORK, FORMER, email_of, era, one_line, phone_of, whole_name, words_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import ServiceRequest
from referral_intake.fhir.r4.datatypes import ContactPoint
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Organization, Patient, Practitioner, PractitionerRole, RelatedPerson
from referral_intake.fhir.r4.values import Reference
from referral_intake.fhir.r4.words import listed, named, remarked, with_places
from referral_intake.form.referrer import Referrer
from referral_intake.form.services import Professional


def referrer_of(message: Message, request: ServiceRequest) -> tuple[Part, Practitioner | None]:
    """Who refers: the requester or, when there is none, the author of the message. With the practitioner it is."""
    reference = request.requester or message.header.author
    said = {**extras(Referrer, "referrer", request), "own_reference": _own_reference(request, message.as_of)}
    member = message.find(reference, RelatedPerson) or message.find(reference, Patient)
    if member:
        public = Said("public", (reference.path,) if reference else ())
        points = member.telecom
        own: dict[str, Tree] = {"phone": phone_of(points, message.as_of), "email": email_of(points, message.as_of)}
        name = whole_name(member.name, message.as_of)
        return Part(member.path, {**said, "kind": public, "name": name, **own}), None
    role, practitioner = _practitioner(message, reference)
    named_only = None if role or practitioner else _person_named(message, reference)
    place = role.organization if role else None if practitioner or named_only else reference
    organisation = organisation_of(message, place)
    organisation = organisation or organisation_of(message, message.header.sender)
    where = practitioner.path if practitioner else f"{request.path}.requester"
    fields = _professional_fields(message, role, practitioner, organisation)
    fields["name"] = fields["name"] or named_only
    fields["role"] = _role_now(message, role, practitioner)
    return Part(where, {**said, **fields}, _active(role, practitioner)), practitioner


def professionals_of(message: Message, *, referrer: Practitioner | None) -> Iterator[Part]:
    """Everybody else who works with the family, by role or, where no role says more, by name. GPs stand elsewhere."""
    for role, practitioner in _others(message, referrer=referrer):
        if _works_now(message, role, practitioner):
            yield _professional(message, role, practitioner)


def former_professionals(message: Message, *, referrer: Practitioner | None) -> Iterator[Said[str]]:
    """Who worked with the family and does so no longer."""
    for role, practitioner in _others(message, referrer=referrer):
        if not _works_now(message, role, practitioner) and (said := _former(message, role, practitioner)):
            yield said


def history_of_professionals(message: Message) -> Iterator[tuple[Said[str] | None, Said[str]]]:
    """Former names and numbers of practitioners, each with whose it is."""
    for practitioner in message.all(Practitioner):
        whose = whole_name(practitioner.name, message.as_of)
        yield from ((whose, said) for said in history_of(practitioner, message.as_of))


def _others(
    message: Message, *, referrer: Practitioner | None
) -> Iterator[tuple[PractitionerRole | None, Practitioner | None]]:
    """Each role, and who has none; not those of the referrer and of general practitioners, who stand elsewhere."""
    elsewhere = _general_practitioners(message) | ({id(referrer)} if referrer else set())
    roles = [(role, message.find(role.practitioner, Practitioner)) for role in message.all(PractitionerRole)]
    yield from ((role, each) for role, each in roles if not elsewhere & {id(role), id(each)})
    without = elsewhere | {id(each) for _, each in roles}
    yield from ((None, each) for each in message.all(Practitioner) if id(each) not in without)


def _works_now(message: Message, role: PractitionerRole | None, practitioner: Practitioner | None) -> bool:
    holds = role is None or role.period is None or role.period.holds(message.as_of)
    inactive = (role is not None and role.active is False) or (
        practitioner is not None and practitioner.active is False
    )
    return holds and not inactive


def _general_practitioners(message: Message) -> set[int]:
    references = [each for patient in message.all(Patient) for each in patient.general_practitioner]
    found = [message.find(each, kind) for each in references for kind in (PractitionerRole, Practitioner)]
    return {id(each) for each in found if each}


def _practitioner(message: Message, reference: Reference | None) -> tuple[PractitionerRole | None, Practitioner | None]:
    role = message.find(reference, PractitionerRole)
    practitioner = message.find(role.practitioner if role else reference, Practitioner)
    if role is None and practitioner is not None:
        roles = [role for role in message.all(PractitionerRole) if _has(message, role, practitioner)]
        role = next((each for each in roles if _works_now(message, each, None)), next(iter(roles), None))
    return role, practitioner


def _has(message: Message, role: PractitionerRole, practitioner: Practitioner) -> bool:
    return message.find(role.practitioner, Practitioner) is practitioner


def _professional_fields(
    message: Message,
    role: PractitionerRole | None,
    practitioner: Practitioner | None,
    organisation: Organisation | None,
) -> dict[str, Tree]:
    points = [*(role.telecom if role else ()), *(practitioner.telecom if practitioner else ())]
    theirs = organisation.telecom if organisation else ()
    return {
        "name": whole_name(practitioner.name, message.as_of) if practitioner else _named(role),
        "role": _role_words(role),
        "organisation": organisation.words() if organisation else None,
        "phone": _phone(points, message) or _phone(theirs, message),
        "email": _email(points, message) or _email(theirs, message),
        "address": one_line(organisation.address) if organisation and organisation.address else None,
    }


def _phone(points: Sequence[ContactPoint], message: Message) -> Said[str] | None:
    return phone_of(points, message.as_of, uses=AT_WORK)


def _email(points: Sequence[ContactPoint], message: Message) -> Said[str] | None:
    return email_of(points, message.as_of, uses=AT_WORK)


def _professional(message: Message, role: PractitionerRole | None, practitioner: Practitioner | None) -> Part:
    organisation = organisation_of(message, role.organization if role else None)
    fields = _professional_fields(message, role, practitioner, organisation)
    contact = listed(said for name in ("phone", "email") if isinstance(said := fields[name], Said))
    source = role or practitioner
    return Part(
        source.path if source else "Bundle",
        {
            **(extras(Professional, "professional", source) if source else {}),
            **{name: fields[name] for name in ("name", "role", "organisation")},
            "contact": contact,
            **({"notes": notes} if (notes := _notes(role, source)) else {}),
        },
        _active(role, practitioner),
    )


def _notes(role: PractitionerRole | None, source: PractitionerRole | Practitioner | None) -> Tree:
    """Notes of ours, and since when somebody is in a role. Notes that are no text are for the form to refuse."""
    ours = source.said_by(systems.extension("professional-notes")) if source else None
    since = named("in this role", role.period.words() if role and role.period else None)
    return ours if ours and not isinstance(ours.value, str) else listed((ours, since), "\n")


def _former(message: Message, role: PractitionerRole | None, practitioner: Practitioner | None) -> Said[str] | None:
    organisation = organisation_of(message, role.organization if role else None)
    fields = _professional_fields(message, role, practitioner, organisation)
    who = listed(each for each in fields.values() if isinstance(each, Said))
    inactive = [each.at("active") for each in (role, practitioner) if each is not None and each.active is False]
    ended = role.period.words() if role and role.period else None
    remark = ended or Said("the sender's record is not in use", tuple(inactive))
    is_to_come = era(role.period if role else None, message.as_of) != FORMER
    label = "Is to work with the family later:" if is_to_come else "Formerly worked with the family:"
    return with_places(named(label, remarked(who, remark)), *inactive)


def _role_now(message: Message, role: PractitionerRole | None, practitioner: Practitioner | None) -> Said[str] | None:
    """The role of who refers; that they are in it no longer, or not yet, or not in use at all."""
    words, remark = _role_words(role), _no_longer(message, role, practitioner)
    return remarked(words or Said("in a role that was not said", ()), remark) if remark else words


def _no_longer(message: Message, role: PractitionerRole | None, practitioner: Practitioner | None) -> Said[str] | None:
    if _works_now(message, role, practitioner):
        return None
    ended = role.period.words() if role and role.period else None
    of_role = [role.at("active")] if role and role.active is False else []
    of_person = [practitioner.at("active")] if practitioner and practitioner.active is False else []
    inactive = [Said("the sender's record of this role is not in use", tuple(of_role))] if of_role else []
    gone = [Said("the sender's record of this person is not in use", tuple(of_person))] if of_person else []
    return listed((ended, *inactive, *gone))


def _active(role: PractitionerRole | None, practitioner: Practitioner | None) -> tuple[str, ...]:
    return tuple(each.at("active") for each in (role, practitioner) if each is not None and each.active is True)


def _named(role: PractitionerRole | None) -> Said[str] | None:
    """Of a practitioner who was not sent, the name that the role gives."""
    reference = role.practitioner if role else None
    return with_places(reference.said("display"), reference.at("type")) if reference else None


def _person_named(message: Message, reference: Reference | None) -> Said[str] | None:
    """The name of a person whose resource was not sent; None when an organisation is meant."""
    if reference is None or reference.type == "Organization" or message.find(reference, Organization):
        return None
    has_code = reference.identifier is not None and code_of((reference.identifier,)) is not None
    return None if has_code else with_places(reference.said("display"), reference.at("type"))


def _role_words(role: PractitionerRole | None) -> Said[str] | None:
    return (words_of(role.code) or words_of(role.specialty)) if role else None


def _own_reference(request: ServiceRequest, day: date) -> Said[str] | None:
    found = next((each for each in request.identifier if each.is_in_use(day) and each.said("value")), None)
    return found.said("value") if found else None

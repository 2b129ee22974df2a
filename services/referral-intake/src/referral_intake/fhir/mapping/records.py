"""Who the Patients of a message are: children to decide about, further records of the same child, children who died."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from referral_intake.fhir.mapping.expected import expected_date
from referral_intake.fhir.mapping.history import number_called
from referral_intake.fhir.mapping.kin import is_grown, number_of, persons_of, related_by_number
from referral_intake.fhir.mapping.naming import name_in
from referral_intake.fhir.mapping.words import whole_name
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import ServiceRequest
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Link, Patient, RelatedPerson
from referral_intake.fhir.r4.resource import Resource
from referral_intake.fhir.r4.values import Reference, dated
from referral_intake.fhir.r4.words import listed, named, remarked
from referral_intake.form.folding import folded

_REPLACED: Final = "replaced-by"
_NOT_THE_MAIN_ONE: Final = "refer"
_OF_ANOTHER_KIND: Final = "Somebody or something else, whose record was sent and not taken"


@dataclass(frozen=True)
class Record:
    """One person, by the record that counts and any further ones of the same person.

    ``persons``: the same person as somebody related to a child. ``is_grown``: of age, or when they died.
    """

    main: Patient
    further: tuple[Patient, ...] = ()
    persons: tuple[RelatedPerson, ...] = ()
    is_grown: bool = False

    @property
    def has_died(self) -> bool:
        """Whether any of the records says so."""
        return any(patient.has_died for patient in (self.main, *self.further))

    @property
    def is_in_use(self) -> bool:
        """Whether the sender still uses the record, and no other in its place."""
        return self.main.active is not False and not any(link.type == _REPLACED for link in self.main.link)

    def holds(self, patient: Patient | None) -> bool:
        """Whether this is one of the records."""
        return any(each is patient for each in (self.main, *self.further))


@dataclass(frozen=True)
class Records:
    """Everybody of whom the message has a Patient, the subject first.

    ``mother``: she is the subject, and her unborn child stands for her among the children. ``others``: adults,
    children who died, and those whose record is not in use; nobody decides about them.
    """

    message: Message
    children: tuple[Record, ...]
    others: tuple[Record, ...]
    mother: Patient | None
    subject: Patient

    def record_of(self, person: RelatedPerson) -> Record | None:
        """The Patient's record of somebody who is related to a child."""
        everybody = (*self.children, *self.others)
        return next((each for each in everybody if any(same is person for same in each.persons)), None)

    def number_of(self, patient: Patient | None) -> int | None:
        """The place of a child among the children, from 1."""
        return next((place for place, each in enumerate(self.children, 1) if each.holds(patient)), None)

    def follow_only_child(self, reference: Reference | None) -> None:
        """Of one child alone there is no doubt whom something is about; of several, the form cannot say it."""
        if len(self.children) == 1 and not self.is_of_another(reference):
            self.message.find(reference, Patient)

    def is_of_another(self, reference: Reference | None) -> bool:
        """Whether something is about somebody who is none of the children."""
        return reference is not None and self.number_of(self.message.look_up(reference, Patient)) is None

    def is_of_stranger(self, reference: Reference | None) -> bool:
        """Whether something is about somebody of whom the message says nothing else."""
        return reference is not None and self.message.look_up(reference, Resource) is None

    def about(self, reference: Reference | None) -> Said[str] | None:
        """Whom something is about, by name; None when it can only be the one child there is."""
        if reference is None:
            return None
        patient = self.message.find(reference, Patient)
        only = len(self.children) == 1 and self.children[0].holds(patient) and patient is not self.mother
        if only:
            return None
        return self.named(reference)

    def named(self, reference: Reference) -> Said[str]:
        """Somebody by name; anyone whom the message does not name is said to be somebody."""
        return name_in(self.message, reference) or _somebody(self.message, reference)


def records_of(message: Message, request: ServiceRequest) -> Records:
    """Who is who. Raises ``MessageRefused`` when the subject is not there."""
    subject = message.get(request.subject, Patient, f"{request.path}.subject")
    replaced = _replaced(message)
    known = related_by_number(message)
    alone = [_record(group, subject, replaced) for group in _groups(message, subject)]
    records = [_in_family(message, record, known) for record in alone]
    for record in records:
        message.know_as_one(record.main, record.further)
    ordered = sorted(records, key=lambda record: not record.holds(subject))
    first, *rest = ordered
    expecting = first.is_grown and expected_date(message, first.main) is not None
    is_of_family = first.is_grown and not expecting and any(_is_to_decide(record) for record in rest)
    children = [record for record in ordered if _is_to_decide(record) or (record is first and not is_of_family)]
    others = [record for record in ordered if not any(record is child for child in children)]
    return Records(message, tuple(children), tuple(others), first.main if expecting else None, first.main)


def death_of(record: Record) -> Said[str] | None:
    """That somebody has died, and when; None of whom nobody says so."""
    if not record.has_died:
        return None
    patients = (record.main, *record.further)
    said = [each for patient in patients if (each := patient.said("deceased_boolean")) and each.value]
    dates = listed(named("on", dated(patient, "deceased_date_time")) for patient in patients)
    besides = [patient.deceased_date_time_beside for patient in patients]
    absent = listed(beside.absent for beside in besides if beside)
    when = listed((dates, named("on a day that is", absent)))
    places = (*(place for each in said for place in each.places), *(when.places if when else ()))
    notice = listed(patient.death_notice for patient in patients)
    return remarked(Said(f"has died {when.value}" if when else "has died", places), notice)


def understood(message: Message, record: Record) -> Iterator[str]:
    """Places that decided whose record this is."""
    for patient in (record.main, *record.further):
        if patient.active is True:
            yield patient.at("active")
        if patient.deceased_boolean is False and not record.has_died:
            yield patient.at("deceased_boolean")
        yield from (link.at("type") for link in patient.link if _is_in(message, record, link))


def remarks_of(message: Message, record: Record) -> Iterator[Said[str]]:
    """What has to be known of the record itself: that it is not in use, or that another, not sent, took its place."""
    for patient in (record.main, *record.further):
        if patient.active is False:
            yield Said("the sender's record of this person is not in use", (patient.at("active"),))
        for link in patient.link:
            kind, other = link.said("type"), _called(message, link.other) if link.other else None
            if kind and other and not _is_in(message, record, link):
                yield Said(f"the sender's record is linked, {kind.value} {other.value}", (*kind.places, *other.places))


def _is_in(message: Message, record: Record, link: Link) -> bool:
    """Whether the message has the other record, be it of a patient or of the same person as related to one."""
    person = message.look_up(link.other, RelatedPerson)
    return bool(message.find(link.other, Patient)) or any(each is person for each in record.persons)


def _called(message: Message, reference: Reference) -> Said[str] | None:
    """By whom another record is, or by what it is found when it was not sent."""
    if name := name_in(message, reference):
        return name
    number = number_called(reference.identifier) if reference.identifier else None
    return remarked(reference.said("reference") or number, reference.said("display"))


def _somebody(message: Message, reference: Reference) -> Said[str]:
    """Somebody or something that the message does not name: what is said of it is not said of the child."""
    if shown := reference.said("display"):
        return shown
    if message.look_up(reference, Patient) or message.look_up(reference, RelatedPerson):
        return Said("Somebody without a name", ())
    is_there = message.look_up(reference, Resource) is not None
    return Said(_OF_ANOTHER_KIND if is_there else "Somebody whose record was not sent", ())


def _groups(message: Message, subject: Patient) -> list[list[Patient]]:
    """Patients that are records of one person, as their links or their numbers say; the subject may be contained."""
    patients = _patients(message, subject)
    groups = [[patient] for patient in patients]
    for patient in patients:
        for link in patient.link:
            other = message.find(link.other, Patient)
            if other is not None and link.type is not None:
                groups = _merged(groups, patient, other)
    known: dict[tuple[str, str, str], Patient] = {}
    for patient in patients:
        if identity := _identity(patient, message.as_of):
            groups = _merged(groups, known.setdefault(identity, patient), patient)
    return groups


def _patients(message: Message, subject: Patient) -> list[Patient]:
    """The subject, everybody who has an entry, and the records that theirs are linked with, which may be contained."""
    found = {id(each): each for each in message.all(Patient)}
    waiting = [subject, *found.values()]
    while waiting:
        patient = waiting.pop()
        others = [
            other for link in patient.link if (other := message.find(link.other, Patient)) and id(other) not in found
        ]
        found |= {id(each): each for each in (patient, *others)}
        waiting += others
    return list(found.values())


def _identity(patient: Patient, day: date) -> tuple[str, str, str] | None:
    """By what two records are of one person though nothing links them: number, birth date and name, all of them."""
    number, name = number_of(patient, day), whole_name(patient.name, day)
    return (number, patient.birth_date, folded(name.value)) if number and name and patient.birth_date else None


def _merged(groups: list[list[Patient]], one: Patient, other: Patient) -> list[list[Patient]]:
    together = [group for group in groups if any(each is one or each is other for each in group)]
    apart = [group for group in groups if group not in together]
    return [*apart, [patient for group in together for patient in group]]


def _replaced(message: Message) -> set[int]:
    """Patients in whose place another record is to be used.

    One that is in use, and refers to a better record that was not sent, is the best there is.
    """
    found: set[int] = set()
    for patient in message.all(Patient):
        for link in patient.link:
            other = message.find(link.other, Patient)
            if link.type == _REPLACED or (link.type == _NOT_THE_MAIN_ONE and other):
                found.add(id(patient))
            elif link.type == "replaces" and other:
                found.add(id(other))
    return found


def _is_to_decide(record: Record) -> bool:
    """Not an adult, nor somebody who died, nor by a record that is out of use or replaced by one that was not sent."""
    return not record.is_grown and not record.has_died and record.is_in_use


def _record(group: Sequence[Patient], subject: Patient, replaced: set[int]) -> Record:
    valid = [patient for patient in group if id(patient) not in replaced and patient.active is not False] or list(group)
    main = next((patient for patient in valid if patient is subject), valid[0])
    return Record(main, tuple(patient for patient in group if patient is not main))


def _in_family(message: Message, record: Record, known: Mapping[str, Sequence[RelatedPerson]]) -> Record:
    """The record with what the person is to a child, and whether they are one."""
    patients = (record.main, *record.further)
    persons = persons_of(message, patients, known)
    return replace(record, persons=persons, is_grown=is_grown(message, patients, persons))

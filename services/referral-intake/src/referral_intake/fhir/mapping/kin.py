"""Patients who are related persons as well, and patients who are no children: by their age, or as somebody's parent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from contracts.codes import FamilyRole
from referral_intake.fhir import systems
from referral_intake.fhir.mapping.expected import is_of_age
from referral_intake.fhir.mapping.history import number_in_use
from referral_intake.fhir.mapping.relations import role_of
from referral_intake.fhir.mapping.words import middle_of, whole_name
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.people import Patient, RelatedPerson
from referral_intake.fhir.r4.times import day_in_london
from referral_intake.form.folding import folded
from referral_intake.identifiers import nhs_number

_OF_AGE: Final = frozenset(
    {
        FamilyRole.MOTHER,
        FamilyRole.FATHER,
        FamilyRole.PARENT,
        FamilyRole.STEP_PARENT,
        FamilyRole.GRANDPARENT,
        FamilyRole.GUARDIAN,
        FamilyRole.FOSTER_CARER,
    }
)
"""Who is this to a child, and of no known age, is no child to decide about."""


def related_by_number(message: Message) -> Mapping[str, Sequence[RelatedPerson]]:
    """The related persons who have an NHS number, by it."""
    found: dict[str, list[RelatedPerson]] = {}
    for person in message.all(RelatedPerson):
        if number := number_of(person, message.as_of):
            found.setdefault(number, []).append(person)
    return found


def persons_of(
    message: Message, patients: Sequence[Patient], known: Mapping[str, Sequence[RelatedPerson]]
) -> tuple[RelatedPerson, ...]:
    """The related persons who are the same person as these records say: by a link, or by their NHS number."""
    same = (*_linked(message, patients), *_numbered(patients, known, message.as_of))
    found = {id(person): person for person in same}
    return tuple(person for person in found.values() if not _differ(message, patients, person))


def is_grown(message: Message, patients: Sequence[Patient], persons: Sequence[RelatedPerson]) -> bool:
    """Whether somebody is of age, or was when they died."""
    everybody: tuple[Patient | RelatedPerson, ...] = (*patients, *persons)
    born = next((each.birth_date for each in everybody if each.birth_date), None)
    if born is not None:
        return is_of_age(born, _last_day(patients, message.as_of))
    roles = [role for person in persons if (role := role_of(person.relationship))]
    return any(role.value in _OF_AGE for role in roles)


def _differ(message: Message, patients: Sequence[Patient], person: RelatedPerson) -> bool:
    """Whether they cannot be one person, whatever the sender says: nobody is their own relative or born twice."""
    patient = message.look_up(person.patient, Patient)
    births = [each.birth_date for each in patients if each.birth_date]
    return any(each is patient for each in patients) or (
        person.birth_date is not None and any(_apart(born, person.birth_date) for born in births)
    )


def _apart(one: str, other: str) -> bool:
    length = min(len(one), len(other))
    return one[:length] != other[:length]


def _linked(message: Message, patients: Sequence[Patient]) -> Iterator[RelatedPerson]:
    links = [link for patient in patients for link in patient.link]
    yield from (person for link in links if (person := message.find(link.other, RelatedPerson)))


def _numbered(
    patients: Sequence[Patient], known: Mapping[str, Sequence[RelatedPerson]], day: date
) -> Iterator[RelatedPerson]:
    for patient in patients:
        number = number_of(patient, day)
        yield from (person for person in known.get(number or "", ()) if _are_alike(patient, person, day))


def _are_alike(patient: Patient, person: RelatedPerson, day: date) -> bool:
    """By name or birth date: a number alone may be the child's on the record of a parent."""
    name = _folded(person, day)
    has_name = name is not None and name == _folded(patient, day)
    return has_name or (person.birth_date is not None and person.birth_date == patient.birth_date)


def _folded(person: Patient | RelatedPerson, day: date) -> str | None:
    name = whole_name(person.name, day)
    return folded(name.value) if name else None


def number_of(person: Patient | RelatedPerson, day: date) -> str | None:
    """Somebody's NHS number, however its digits are grouped; None when they have none that can be one."""
    identifier = number_in_use(person, systems.NHS_NUMBER, day)
    return nhs_number.find(identifier.value or "") if identifier else None


def _last_day(patients: Sequence[Patient], today: date) -> date:
    """The day on which somebody's age counts: of the death, as far as it is known."""
    died = next((patient.deceased_date_time for patient in patients if patient.deceased_date_time), None)
    day = max(day_in_london(died) or middle_of(died), date.min.isoformat()) if died else today.isoformat()
    return min(today, date.fromisoformat(day))

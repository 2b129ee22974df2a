"""A mother's record in place of her unborn child's: a subject who is an adult, with an expected date of delivery."""

from datetime import date
from typing import Final

from referral_intake.fhir.mapping.validity import is_so
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Observation
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.times import day_in_london

_ADULT_AT: Final = 18
_SNOMED: Final = "http://snomed.info/sct"
_LOINC: Final = "http://loinc.org"
_EXPECTED: Final = frozenset({(_LOINC, "11778-8"), (_LOINC, "11779-6"), (_LOINC, "11780-4"), (_SNOMED, "161714006")})
"""Estimated date of delivery; by LOINC also from the last menstrual period, or from ovulation.

Sources: HL7 International Patient Summary 1.1.0, value set edd-method-uv-ips; SNOMED CT, International edition.
"""


def expected_date(message: Message, mother: Patient) -> Said[str] | None:
    """When her child is expected, with the places of code and date; None when nothing says so."""
    for observation in message.all(Observation):
        if is_so(observation) and message.find(observation.subject, Patient) is mother:
            said = _date_of(observation)
            if said:
                return said
    return None


def is_adult(patient: Patient, day: date) -> bool:
    """Whether somebody is of age; not when the birth date is not known to the day."""
    if patient.birth_date is None or len(patient.birth_date) < len("2017-05-04"):
        return False
    year, month_and_day = int(patient.birth_date[:4]), patient.birth_date[5:]
    age = day.year - year - (f"{day:%m-%d}" < month_and_day)
    return age >= _ADULT_AT


def _date_of(observation: Observation) -> Said[str] | None:
    codings = observation.code.coding if observation.code else ()
    named = any((coding.system, coding.code) in _EXPECTED for coding in codings)
    said = observation.said("value_date_time")
    day = day_in_london(said.value) if said else None
    return Said(day, said.places) if named and said and day else None

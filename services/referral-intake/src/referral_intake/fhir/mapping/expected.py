"""A mother's record in place of her unborn child's: a subject who is an adult, with an expected date of delivery."""

from datetime import date
from typing import Final

from referral_intake.fhir.mapping.validity import is_so
from referral_intake.fhir.mapping.words import middle_of
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
    """When her child is expected, with the place of the date; of a month its middle. None when nothing says so."""
    said = _said(message, mother)
    return Said(_day_of(said.value), said.places) if said else None


def is_estimated(message: Message, mother: Patient) -> Said[bool] | None:
    """That only the month or the year is known; None when the day is."""
    said = _said(message, mother)
    return Said(True, said.places) if said and len(said.value) < len("2027-02-26") else None


def is_adult(patient: Patient, day: date) -> bool:
    """Whether somebody is of age: of a month or a year, when even who was born on its last day is."""
    if patient.birth_date is None:
        return False
    year, month_and_day = int(patient.birth_date[:4]), patient.birth_date[5:]
    last = f"{month_and_day or '12'}-31" if len(month_and_day) < len("05-04") else month_and_day
    return day.year - year - (f"{day:%m-%d}" < last) >= _ADULT_AT


def _said(message: Message, mother: Patient) -> Said[str] | None:
    for observation in message.all(Observation):
        if is_so(observation) and message.find(observation.subject, Patient) is mother:
            codings = observation.code.coding if observation.code else ()
            said = observation.said("value_date_time")
            if said and any((coding.system, coding.code) in _EXPECTED for coding in codings):
                return said
    return None


def _day_of(written: str) -> str:
    return day_in_london(written) or middle_of(written)

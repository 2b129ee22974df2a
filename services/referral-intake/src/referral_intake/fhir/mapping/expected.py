"""A mother's record in place of her unborn child's: a subject who is an adult, with an expected date of delivery."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from referral_intake.fhir.mapping.validity import is_so
from referral_intake.fhir.mapping.words import middle_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Component, Observation
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.times import day_in_london, is_before
from referral_intake.fhir.systems import LOINC, SNOMED

_ADULT_AT: Final = 18
_AT_MOST_LATE: Final = timedelta(weeks=4)
"""Pregnancies end at 42 weeks, two after the day that was expected; the rest is for days that were a guess."""
_EXPECTED: Final = frozenset({(LOINC, "11778-8"), (LOINC, "11779-6"), (LOINC, "11780-4"), (SNOMED, "161714006")})
"""Estimated date of delivery; by LOINC also from the last menstrual period, or from ovulation.

Sources: HL7 International Patient Summary 1.1.0, value set edd-method-uv-ips; SNOMED CT, International edition.
"""


def expected_date(message: Message, mother: Patient) -> Said[str] | None:
    """When her child is expected, with the place of the date; of a month its middle.

    None when nothing says so, or when the day is so long ago that the child was born since.
    """
    said = _said(message, mother)
    return Said(_day_of(said.value), said.places) if said else None


def is_estimated(message: Message, mother: Patient) -> Said[bool] | None:
    """That only the month or the year is known; None when the day is."""
    said = _said(message, mother)
    return Said(True, said.places) if said and len(said.value) < len("2027-02-26") else None


def is_of_age(born: str, day: date, *, at: int = _ADULT_AT) -> bool:
    """Whether somebody is of an age: born in a month or a year, when even who was born on its last day is."""
    year, month_and_day = int(born[:4]), born[5:]
    last = f"{month_and_day or '12'}-31" if len(month_and_day) < len("05-04") else month_and_day
    return day.year - year - (f"{day:%m-%d}" < last) >= at


def _said(message: Message, mother: Patient) -> Said[str] | None:
    return next(_all_said(message, mother), None)


def _all_said(message: Message, mother: Patient) -> Iterator[Said[str]]:
    for observation in message.all(Observation):
        if is_so(observation) and message.find(observation.subject, Patient) is mother:
            yield from _dates_of(observation, message.as_of)


def _dates_of(observation: Observation, today: date) -> Iterator[Said[str]]:
    parts: tuple[Observation | Component, ...] = (observation, *observation.component)
    for each in parts:
        codings = each.code.coding if each.code else ()
        said = each.said("value_date_time")
        is_expected = any(
            coding.is_of(system) and coding.code == code for coding in codings for system, code in _EXPECTED
        )
        if said and is_expected and not is_before(said.value, today - _AT_MOST_LATE):
            yield said


def _day_of(written: str) -> str:
    return day_in_london(written) or middle_of(written)

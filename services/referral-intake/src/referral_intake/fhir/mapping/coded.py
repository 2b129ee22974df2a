"""National codes that say more than words: plans of a child, and kinds of concern."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final, TypeVar

from contracts.codes import ConcernType, CurrentPlan
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Pointer
from referral_intake.fhir.mapping.expected import is_of_age
from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.mapping.saying import TYPES, Saying
from referral_intake.fhir.r4.coded import CodeableConcept, Coding
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.values import Reference

M = TypeVar("M")

_PATIENT_FLAGS: Final = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient"

_MOTHERS_AT: Final = 10
_UNBORN: Final = "818901000000100"
"""Stands in the record of the mother, who has the only NHS number that there is before the birth."""

PLAN_OF_CODE: Final[Mapping[tuple[str, str], CurrentPlan]] = MappingProxyType(
    {
        (systems.SNOMED, "342191000000101"): CurrentPlan.CHILD_PROTECTION,
        (systems.SNOMED, _UNBORN): CurrentPlan.CHILD_PROTECTION,
        (systems.SNOMED, "764841000000100"): CurrentPlan.LOOKED_AFTER,
    }
)
"""Plans as CP-IS says them: subject to a child protection plan, unborn child subject to one, looked after child.

Source: NHS England, value set England-ChildProtectionPlan 1.0.0, active since 9 November 2023. The category code
child-protection-information-system-flag alone does not say which of the three plans it is: it is a fact in words.
"""

ENDED_PLAN_OF_CODE: Final[Mapping[tuple[str, str], CurrentPlan]] = MappingProxyType(
    {
        key: CurrentPlan.CHILD_PROTECTION_ENDED
        for key, plan in PLAN_OF_CODE.items()
        if plan is CurrentPlan.CHILD_PROTECTION
    }
)
"""What the same codes say when they are so no longer: CP-IS goes on showing a plan for 12 months after its end.

Source: London Safeguarding Children Procedures, PG9, September 2024.
"""

TYPE_OF_CODE: Final[Mapping[tuple[str, str], ConcernType]] = MappingProxyType(
    {
        (systems.SNOMED, "902961000000107"): ConcernType.FGM,
        (_PATIENT_FLAGS, "female-genital-mutilation-flag"): ConcernType.FGM,
    }
)
"""Flags that are a kind of concern: family history of female genital mutilation, as FGM-IS says it.

Source: NHS England, Female Genital Mutilation implementation guide, Flag.code; and England-FlagCategoryPatient 0.4.0
of 14 February 2024, a draft.
"""


def coded_facts(
    records: Records, concepts: Sequence[CodeableConcept | None], subject: Reference | None
) -> Iterator[Saying]:
    """Plans and kinds of concern that codes say of a child, so that they count. Of anybody else they are words only."""
    for number, coding in _codings(records, concepts, subject):
        if kind := _meaning(coding, TYPE_OF_CODE):
            yield TYPES, (Said(kind.value, coding.mapped()),)
        if plan := _meaning(coding, PLAN_OF_CODE):
            yield _plans(number), (Said(plan.value, coding.mapped()),)


def ended_plans(
    records: Records, concepts: Sequence[CodeableConcept | None], subject: Reference | None
) -> Iterator[Saying]:
    """Child protection plans that a child no longer has."""
    for number, coding in _codings(records, concepts, subject):
        if plan := _meaning(coding, ENDED_PLAN_OF_CODE):
            yield _plans(number), (Said(plan.value, coding.mapped()),)


def _meaning(coding: Coding, meanings: Mapping[tuple[str, str], M]) -> M | None:
    """What a code says, by whichever name of its system."""
    found = (meaning for (system, code), meaning in meanings.items() if coding.code == code and coding.is_of(system))
    return next(found, None)


def _codings(
    records: Records, concepts: Sequence[CodeableConcept | None], subject: Reference | None
) -> Iterator[tuple[int, Coding]]:
    """The codes that are said of a child, with which child it is; of a mother those about her unborn child."""
    number = _number(records, subject)
    codings = [coding for concept in concepts if concept for coding in concept.coding]
    if number is not None:
        is_mother = _may_be_mother(records.children[number - 1].main, records.message.as_of)
        yield from ((number, coding) for coding in codings if not (is_mother and _is_of_unborn(coding)))
    elif subject and records.mother and records.message.find(subject, Patient) is records.mother:
        yield from ((1, coding) for coding in codings if _is_of_unborn(coding))


def _is_of_unborn(coding: Coding) -> bool:
    return coding.is_of(systems.SNOMED) and coding.code == _UNBORN


def _may_be_mother(patient: Patient, day: date) -> bool:
    """Whether somebody is old enough to expect a child: its plan, in her record, is not her own."""
    return patient.birth_date is not None and is_of_age(patient.birth_date, day, at=_MOTHERS_AT)


def _plans(number: int) -> Pointer:
    return "children", number - 1, "plans"


def _number(records: Records, subject: Reference | None) -> int | None:
    """Which child; the only one there is when nobody is named."""
    if subject is None:
        return 1 if len(records.children) == 1 else None
    patient = records.message.find(subject, Patient)
    return None if patient is records.mother else records.number_of(patient)

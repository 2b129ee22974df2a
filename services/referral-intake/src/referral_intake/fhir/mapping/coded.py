"""National codes that say more than words: plans of a child, and kinds of concern."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from contracts.codes import ConcernType, CurrentPlan
from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.mapping.saying import TYPES, Saying
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.values import Reference

_SNOMED: Final = "http://snomed.info/sct"
_PATIENT_FLAGS: Final = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient"

PLAN_OF_CODE: Final[Mapping[tuple[str, str], CurrentPlan]] = MappingProxyType(
    {
        (_SNOMED, "342191000000101"): CurrentPlan.CHILD_PROTECTION,
        (_SNOMED, "818901000000100"): CurrentPlan.CHILD_PROTECTION,
        (_SNOMED, "764841000000100"): CurrentPlan.LOOKED_AFTER,
    }
)
"""Plans as CP-IS says them: subject to a child protection plan, unborn child subject to one, looked after child.

Source: NHS England, value set England-ChildProtectionPlan 1.0.0, active since 9 November 2023. The category code
child-protection-information-system-flag alone does not say which of the three plans it is: it is a fact in words.
"""

TYPE_OF_CODE: Final[Mapping[tuple[str, str], ConcernType]] = MappingProxyType(
    {
        (_SNOMED, "902961000000107"): ConcernType.FGM,
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
    number = _number(records, subject)
    codings = [coding for concept in concepts if concept for coding in concept.coding]
    for coding in codings if number else ():
        key = (coding.system or "", coding.code or "")
        if key in TYPE_OF_CODE:
            yield TYPES, (Said(TYPE_OF_CODE[key].value, coding.mapped()),)
        if key in PLAN_OF_CODE:
            yield ("children", (number or 1) - 1, "plans"), (Said(PLAN_OF_CODE[key].value, coding.mapped()),)


def _number(records: Records, subject: Reference | None) -> int | None:
    """Which child; the only one there is when nobody is named."""
    if subject is None:
        return 1 if len(records.children) == 1 else None
    patient = records.message.find(subject, Patient)
    return None if patient is records.mother else records.number_of(patient)

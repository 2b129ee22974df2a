"""Flags: warnings of the record. Safeguarding ones are facts, dangers to those who visit are risks to staff."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from contracts.codes import ConcernType, CurrentPlan
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.mapping.saying import FACTS, HISTORY, TYPES, Saying
from referral_intake.fhir.mapping.validity import Standing, qualified, standing_of_flag
from referral_intake.fhir.mapping.words import day_of
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.content import Flag
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.words import labelled, listed, named, remarked, with_places
from referral_intake.form.services import StaffRisk

FLAG_KINDS: Final = systems.code_system("flag-category")

_SCENE_SAFETY: Final = "SS"
_RISK_TO_STAFF: Final = "risk-to-staff"
_SAFEGUARDING: Final = "SG"
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


def flags(records: Records) -> Iterator[Saying]:
    """What the record warns of now, and what it warned of."""
    for flag in records.message.all(Flag):
        standing = standing_of_flag(flag, records.message.as_of)
        if standing is Standing.PAST:
            yield HISTORY, _line(records, flag, "former warning")
        elif standing is Standing.NOW and _codes(flag) & {_SCENE_SAFETY, _RISK_TO_STAFF}:
            yield ("risks_to_staff",), (_risk(records, flag),)
        elif standing is Standing.NOW:
            yield from _coded(records, flag)
            yield FACTS, _line(records, flag, None)


def _coded(records: Records, flag: Flag) -> Iterator[Saying]:
    """Plans of the child, and kinds of concern: as codes, so that they count."""
    number = records.number_of(records.message.find(flag.subject, Patient))
    for concept in (*([flag.code] if flag.code else []), *flag.category):
        for coding in concept.coding:
            key = (coding.system or "", coding.code or "")
            if key in TYPE_OF_CODE:
                yield TYPES, (Said(TYPE_OF_CODE[key].value, coding.mapped()),)
            if key in PLAN_OF_CODE and number:
                yield ("children", number - 1, "plans"), (Said(PLAN_OF_CODE[key].value, coding.mapped()),)


def _line(records: Records, flag: Flag, label: str | None) -> Said[str] | None:
    """``whom: warning (category, dates)``."""
    text = flag.code.words() if flag.code else None
    categories = listed(said for concept in flag.category if (said := _category(concept)))
    dates = flag.period.words() if flag.period else None
    line = remarked(text or Said("a warning without words", ()), categories, dates)
    whole = qualified(named(label, line) if label else line, flag.said("status"))
    return labelled(records.about(flag.subject), with_places(whole, *_safeguarding(flag)))


def _category(concept: CodeableConcept) -> Said[str] | None:
    """A category in words; the one that says no more than safeguarding, when it says no more, is left out."""
    said = concept.words()
    is_safeguarding = concept.code_of(systems.FLAG_CATEGORIES)
    plain = is_safeguarding is not None and is_safeguarding.value == _SAFEGUARDING and len(concept.coding) == 1
    return None if plain and not concept.text and not concept.coding[0].display else said


def _safeguarding(flag: Flag) -> tuple[str, ...]:
    codings = [coding for concept in flag.category for coding in concept.coding]
    return tuple(place for coding in codings if coding.system == systems.FLAG_CATEGORIES for place in coding.mapped())


def _codes(flag: Flag) -> set[str]:
    kinds = (each.code_of(systems.FLAG_CATEGORIES, FLAG_KINDS) for each in flag.category)
    return {kind.value for kind in kinds if kind}


def _risk(records: Records, flag: Flag) -> Part:
    start = flag.period.said("start") if flag.period else None
    end = flag.period.said("end") if flag.period else None
    whose = records.about(flag.subject)
    fields: dict[str, Tree] = {
        **extras(StaffRisk, "staff-risk", flag),
        "reason": labelled(whose, flag.code.words()) if flag.code else None,
        "recorded_on": day_of(start),
        "review_on": day_of(end),
    }
    kinds = [code for each in flag.category if (code := each.code_of(systems.FLAG_CATEGORIES, FLAG_KINDS))]
    places = [place for kind in kinds for place in kind.places]
    status = [flag.at("status")] if flag.status else []
    return Part(flag.path, {name: tree for name, tree in fields.items() if tree is not None}, (*places, *status))

"""Flags: warnings of the record. Safeguarding ones are facts, dangers to those who visit are risks to staff."""

from collections.abc import Iterator
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.coded import coded_facts, ended_plans
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.mapping.saying import FACTS, HISTORY, Saying
from referral_intake.fhir.mapping.validity import Standing, qualified, standing_of_flag
from referral_intake.fhir.mapping.words import FORMER, day_of, era
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.content import Flag
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.values import Period
from referral_intake.fhir.r4.words import labelled, listed, named, remarked, with_places
from referral_intake.form.services import StaffRisk

FLAG_KINDS: Final = systems.code_system("flag-category")

_SCENE_SAFETY: Final = "SS"
_RISK_TO_STAFF: Final = "risk-to-staff"
_SAFEGUARDING: Final = "SG"


def flags(records: Records) -> Iterator[Saying]:
    """What the record warns of now, and what it warned of."""
    for flag in records.message.all(Flag):
        standing, off = standing_of_flag(flag, records.message.as_of), records.message.taken_off.get(id(flag))
        standing = Standing.PAST if off and standing is Standing.NOW else standing
        if standing is Standing.PAST:
            if era(flag.period, records.message.as_of) == FORMER:
                yield from ended_plans(records, (flag.code, *flag.category), flag.subject)
            line = _line(records, flag, f"{era(flag.period, records.message.as_of)} warning")
            yield HISTORY, remarked(line, off)
        elif standing is Standing.NOW and _codes(flag) & {_SCENE_SAFETY, _RISK_TO_STAFF}:
            yield ("risks_to_staff",), (_risk(records, flag),)
        elif standing is Standing.NOW:
            yield from coded_facts(records, (flag.code, *flag.category), flag.subject)
            yield FACTS, _line(records, flag, None)


def _line(records: Records, flag: Flag, label: str | None) -> Said[str] | None:
    """``whom: warning (category, dates)``."""
    categories = listed(said for concept in flag.category if (said := _category(concept)))
    dates = flag.period.words() if flag.period else None
    line = remarked(_warning(flag), categories, dates)
    whole = qualified(named(label, line) if label else line, flag.said("status"))
    return labelled(records.about(flag.subject), with_places(whole, *_safeguarding(flag)))


def _warning(flag: Flag) -> Said[str]:
    return (flag.code.words() if flag.code else None) or Said("a warning without words", ())


def _partly_dated(period: Period | None) -> Said[str] | None:
    """The dates, when one of them is no day: the form has fields for days alone."""
    return period.words() if period and period.is_partly_dated else None


def _category(concept: CodeableConcept) -> Said[str] | None:
    """A category in words; the one that says no more than safeguarding, when it says no more, is left out."""
    said = concept.words()
    is_safeguarding = concept.code_of(systems.FLAG_CATEGORIES)
    plain = is_safeguarding is not None and is_safeguarding.value == _SAFEGUARDING and len(concept.coding) == 1
    return None if plain and not concept.text and not concept.coding[0].display else said


def _safeguarding(flag: Flag) -> tuple[str, ...]:
    codings = [coding for concept in flag.category for coding in concept.coding]
    return tuple(place for coding in codings if coding.is_of(systems.FLAG_CATEGORIES) for place in coding.mapped())


def _codes(flag: Flag) -> set[str]:
    kinds = (each.code_of(systems.FLAG_CATEGORIES, FLAG_KINDS) for each in flag.category)
    return {kind.value for kind in kinds if kind}


def _risk(records: Records, flag: Flag) -> Part:
    start = flag.period.said("start") if flag.period else None
    end = flag.period.said("end") if flag.period else None
    whose = records.about(flag.subject)
    fields: dict[str, Tree] = {
        **extras(StaffRisk, "staff-risk", flag),
        "reason": labelled(whose, remarked(_warning(flag), _partly_dated(flag.period))),
        "recorded_on": day_of(start),
        "review_on": day_of(end),
    }
    kinds = [code for each in flag.category if (code := each.code_of(systems.FLAG_CATEGORIES, FLAG_KINDS))]
    places = [place for kind in kinds for place in kind.places]
    status = [flag.at("status")] if flag.status else []
    return Part(flag.path, {name: tree for name, tree in fields.items() if tree is not None}, (*places, *status))

"""What language somebody speaks, and whether it takes an interpreter to talk with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Tree
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, RelatedPerson
from referral_intake.fhir.r4.values import Extension
from referral_intake.fhir.r4.words import listed, named, with_places


@dataclass(frozen=True)
class Spoken:
    """One language, by its name, and whether it is the preferred one."""

    name: Said[str]
    preferred: bool


def language_fields(person: Patient | RelatedPerson) -> dict[str, Tree]:
    """First language, interpreter, and how somebody communicates best, wherever the sender says it."""
    ours = [each for each in person.extension if each.url == systems.NHS_COMMUNICATION]
    fields: dict[str, Tree] = {
        "first_language": _languages([*_spoken(person), *(said for each in ours for said in _spoken_of(each))]),
        "interpreter_needed": _interpreter(person, ours),
    }
    if isinstance(person, Patient):
        wishes = [each for each in person.extension if each.url == systems.CONTACT_PREFERENCE]
        modes = (_concept_of(each, "modeOfCommunication") for each in ours)
        formats = (_concept_of(each, "PreferredWrittenCommunicationFormat") for each in wishes)
        fields["preferred_communication"] = listed((*modes, *formats))
        fields["contact_advice"] = listed(said for each in wishes for said in _preferred(each))
    return fields


def _preferred(wish: Extension) -> Iterator[Said[str] | None]:
    """How and when somebody wishes to be reached."""
    times = wish.part("PreferredContactTimes")
    said = times.said("value_string") if times else None
    yield named("preferred:", _concept_of(wish, "PreferredContactMethod"))
    yield named("times:", with_places(said, wish.at("url"), times.at("url"))) if times else None


def _languages(spoken: Sequence[Spoken]) -> Said[str] | None:
    """The preferred language first, then the others."""
    ordered = sorted(spoken, key=lambda each: not each.preferred)
    return listed((each.name for each in ordered), ", also ")


def _spoken(person: Patient | RelatedPerson) -> Iterator[Spoken]:
    for each in person.communication:
        name = each.language.name() if each.language else None
        if name:
            said = with_places(name, *([each.at("preferred")] if each.preferred is not None else []))
            yield Spoken(said or name, each.preferred is True)


def _spoken_of(extension: Extension) -> Iterator[Spoken]:
    name, preferred = _concept_of(extension, "language"), _answer_of(extension, "preferred")
    if name:
        yield Spoken(
            with_places(name, *(preferred.places if preferred else ())) or name, bool(preferred and preferred.value)
        )


def _interpreter(person: Patient | RelatedPerson, ours: Sequence[Extension]) -> Said[Any] | None:
    """Needed when any of them says so; not needed when one says that, and none says otherwise."""
    said = [person.said_by(systems.INTERPRETER), *(_answer_of(each, "interpreterRequired") for each in ours)]
    answers = [each for each in said if each is not None]
    needed = next((each for each in answers if each.value is True), None)
    chosen = needed or next(iter(answers), None)
    same = [place for each in answers if chosen and each.value == chosen.value for place in each.places]
    return Said(chosen.value, tuple(same)) if chosen else None


def _concept_of(extension: Extension, part: str) -> Said[str] | None:
    found = extension.part(part)
    concept: CodeableConcept | None = found.value_codeable_concept if found else None
    name = concept.name() if concept else None
    return with_places(name, extension.at("url"), found.at("url")) if found and name else None


def _answer_of(extension: Extension, part: str) -> Said[Any] | None:
    found = extension.part(part)
    said = found.said("value_boolean") if found else None
    return Said(said.value, (extension.at("url"), *found.places_of(said))) if found and said else None

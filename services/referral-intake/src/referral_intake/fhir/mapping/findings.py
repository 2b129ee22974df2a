"""Observations: those named after a field of the form fill it in, all others are facts."""

from collections.abc import Iterator
from typing import Final

from referral_intake.fhir.draft import Pointer
from referral_intake.fhir.mapping.extras import FIELD_SYSTEM, field_of, field_said
from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.mapping.saying import FACTS, HISTORY, Saying, called, notes_of
from referral_intake.fhir.mapping.validity import is_so, qualified
from referral_intake.fhir.r4.content import Component, Observation
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.values import dated
from referral_intake.fhir.r4.words import joined, labelled, listed, named, remarked

_VOICE: Final = "child_voice"
_DANGER: Final = ("immediate_danger",)
_UNNAMED: Final = Said("a finding without a name", ())
_NO_VALUE: Final = Said("without a value", ())
_UNREAD: Final = Said("with a value that we could not take", ())
"""Said of a finding, because its name alone reads like its being so."""


def observations(records: Records) -> Iterator[Saying]:
    """What was observed, as far as it stands."""
    for observation in records.message.all(Observation):
        if not is_so(observation):
            continue
        if off := records.message.taken_off.get(id(observation)):
            yield HISTORY, remarked(_finding(records, observation), off)
            continue
        found = field_of(observation)
        if found is None or _is_of_another(records, observation, found[0]):
            _follow_members(records, observation)
            yield _DANGER, _danger_in(observation)
            yield FACTS, _finding(records, observation)
            continue
        path, shape = found
        said = field_said(observation, shape)
        pointer = _of_child(records, observation, path)
        yield pointer, (said,) if shape.is_list and shape.part else said


def _danger_in(observation: Observation) -> Said[bool] | None:
    """That somebody is in danger counts also while it is preliminary, or nobody knows how sure it is."""
    code = observation.code.code_of(FIELD_SYSTEM) if observation.code else None
    is_danger = code is not None and (code.value,) == _DANGER and observation.value_boolean is True
    return observation.said("value_boolean") if is_danger else None


def _follow_members(records: Records, observation: Observation) -> None:
    """What belongs to a finding stands on its own in the message, and is said wherever it stands."""
    for reference in observation.has_member:
        records.message.find(reference, Observation)


def _is_of_another(records: Records, observation: Observation, path: tuple[str, ...]) -> bool:
    """Whether what fills in a field is said of somebody whom the field is not about. Danger is danger, of whomever."""
    if path == _DANGER and observation.value_boolean is True:
        return False
    is_voice = path[0] == _VOICE and records.is_of_another(observation.subject)
    return is_voice or records.is_of_stranger(observation.subject)


def _finding(records: Records, observation: Observation) -> Said[str] | None:
    """``whom: what: value, when``, and the notes below it."""
    label = _named(observation)
    value = remarked(_value(observation), *_beside(records, observation))
    what = labelled(label, value) if value else remarked(label, _without(observation), *_beside(records, observation))
    line = qualified(listed((what, _when(observation))), observation.said("status"))
    notes = tuple(notes_of(records.message, observation.note))
    return labelled(records.about(observation.subject), joined(tuple(part for part in (line, *notes) if part)))


def _value(observation: Observation | Component) -> Said[str] | None:
    """Value and components, or why there is none."""
    components = observation.component if isinstance(observation, Observation) else ()
    parts = (observation.words(), _reason_absent(observation), *map(_component, components))
    return listed(parts, "; ")


def _component(component: Component) -> Said[str] | None:
    label = _named(component)
    value, found = _value(component), listed(concept.words() for concept in component.interpretation)
    return labelled(label, remarked(value, found)) if value else remarked(label, _without(component), found)


def _named(observation: Observation | Component) -> Said[str] | None:
    """What was looked for: a value of nobody knows what is not read as that of the part before it."""
    return (observation.code.words() if observation.code else None) or _UNNAMED


def _without(observation: Observation | Component) -> Said[str]:
    if isinstance(observation, Observation) and observation.has_member:
        return Said("its parts stand on their own", ())
    return _UNREAD if observation.has_value else _NO_VALUE


def _reason_absent(observation: Observation | Component) -> Said[str] | None:
    reason = observation.data_absent_reason.words() if observation.data_absent_reason else None
    return named("no value:", listed((reason, observation.absent)))


def _beside(records: Records, observation: Observation) -> Iterator[Said[str] | None]:
    """How the value is to be read, how it was found, and of whom when not of the subject itself."""
    yield listed(concept.words() for concept in observation.interpretation)
    yield named("site", observation.body_site.words() if observation.body_site else None)
    yield named("method", observation.method.words() if observation.method else None)
    yield named("according to", listed(called(records.message, reference) for reference in observation.performer))
    yield named("about", listed(records.named(reference) for reference in observation.focus))


def _when(observation: Observation) -> Said[str] | None:
    period = observation.effective_period.words() if observation.effective_period else None
    return dated(observation, "effective_date_time") or dated(observation, "effective_instant") or period


def _of_child(records: Records, observation: Observation, path: tuple[str, ...]) -> Pointer:
    """What one of several children said stands with that child."""
    number = records.number_of(records.message.look_up(observation.subject, Patient))
    if path[0] == _VOICE and number and len(records.children) > 1:
        records.message.find(observation.subject, Patient)
        return ("children", number - 1, "voice", *path[1:])
    records.follow_only_child(observation.subject)
    return path

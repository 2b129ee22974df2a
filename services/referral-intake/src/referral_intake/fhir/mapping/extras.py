"""What the form asks and R4 has no element for: extensions and observations that are named after the form's fields."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import SAFER, Part, Tree
from referral_intake.fhir.r4.content import Observation
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.times import day_in_london
from referral_intake.fhir.r4.values import Extensible, Valued
from referral_intake.fhir.shapes import Shape, shape_at, shape_of
from referral_intake.form.part import FormPart

FIELD_SYSTEM: Final = systems.code_system("referral-field")

_SO: Final = frozenset({None, "final", "amended", "corrected"})


def extras(part: type[FormPart], prefix: str, element: Extensible) -> dict[str, Tree]:
    """The fields of one part that our own extensions say: ``{prefix}-{field}``, repeated for a list."""
    found: dict[str, Tree] = {}
    for name in part.model_fields:
        shape, url = shape_of(part, name), systems.extension(f"{prefix}-{name.replace('_', '-')}")
        if shape and shape.part is None and (said := tuple(_said(element, url, shape))):
            tree = said if shape.is_list else _one_of(name, said)
            if tree is not None:
                found[name] = tree
    return found


def _one_of(name: str, said: Sequence[Said[Any]]) -> Said[Any] | None:
    """The first; of answers that differ the safer one, or none. What is left over is reported as not taken."""
    values = {each.value for each in said if isinstance(each.value, bool)}
    if len(values) < len((True, False)):
        return said[0]
    return next((each for each in said if each.value is SAFER.get(name)), None)


def field_of(observation: Observation) -> tuple[tuple[str, ...], Shape] | None:
    """Which field of the form an observation is about, as a path of names; None when its code names none.

    No field can say that something is preliminary: what is, stays an observation.
    """
    if observation.status not in _SO or observation.focus:
        return None
    code = observation.code.code_of(FIELD_SYSTEM) if observation.code else None
    path = tuple(code.value.split(".")) if code else ()
    shape = shape_at(path) if path else None
    return (path, shape) if shape else None


def field_said(observation: Observation, shape: Shape) -> Tree:
    """What the observation says of its field: its value or, for a field with parts, its components."""
    covered = _understood(observation)
    if shape.part is None:
        said = value_for(observation, shape)
        value = Said(said.value, (*said.places, *covered)) if said else None
        return (value,) if shape.is_list and value else value
    return Part(observation.path, dict(_components(observation, shape.part)), covered)


def value_for(valued: Valued, shape: Shape) -> Said[Any] | None:
    """The value as a field takes it: where it takes a day, of an instant the day in London."""
    said = valued.value()
    if said is None or not shape.is_day or not said.places[0].endswith(("DateTime", "Instant")):
        return said
    return Said(day_in_london(said.value) or said.value, said.places)


def _understood(observation: Observation) -> tuple[str, ...]:
    """The code that names the field, and the status, which says no more than that it is so."""
    code = observation.code.code_of(FIELD_SYSTEM) if observation.code else None
    return (*(code.places if code else ()), observation.at("status"))


def _components(observation: Observation, part: type[FormPart]) -> Iterator[tuple[str, Tree]]:
    lists: dict[str, list[Tree]] = {}
    for component in observation.component:
        code = component.code.code_of(FIELD_SYSTEM) if component.code else None
        shape = shape_of(part, code.value) if code else None
        if code is None or shape is None or shape.part is not None:
            continue
        said = value_for(component, shape)
        whole = Said(said.value, (*said.places, *code.places)) if said else None
        if shape.is_list and whole:
            lists.setdefault(code.value, []).append(whole)
        elif whole:
            yield code.value, whole
    yield from lists.items()


def _said(element: Extensible, url: str, shape: Shape) -> Iterator[Said[object]]:
    for extension in element.extension:
        if extension.url == url and (said := value_for(extension, shape)):
            yield Said(said.value, extension.places_of(said))

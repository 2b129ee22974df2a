"""From what somebody wrote to the referral that is sent, and back from a place in it to the page of the form; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from triage_ui.drafts.model import Fields
from triage_ui.pages.refer.form.children import CHILDREN
from triage_ui.pages.refer.form.model import Box, Kind
from triage_ui.pages.refer.written import Place, all_places, numbers_of, values_of, written_day

_ANSWERS: Final = {"yes": True, "no": False}
_NUMBER: Final = re.compile(r"[0-9]{1,6}")
Steps = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """One box on one page."""

    place: Place
    box: Box

    @property
    def steps(self) -> Steps:
        """Where its answer stands, by the numbers that entries have in the form."""
        return tuple(f"{self.place.prefix}{self.box.path}".split("/"))


def body_of(fields: Fields) -> dict[str, Any]:
    """The referral: what was answered, and nothing else. Every child is in it, also one of whom nothing was said."""
    answers = {asked.steps: _value(fields, asked) for asked in _asked(fields)}
    said: dict[Steps, Any] = {steps: value for steps, value in answers.items() if value is not None}
    return _tree({**{steps: {} for steps in _children(fields)}, **said})


def find_asked(fields: Fields, pointer: str) -> Asked | None:
    """The box that a place in the referral came from, or that would fill it; None when no page asks for it."""
    if not pointer:
        return None
    asked = list(_asked(fields))
    answered = [one for one in asked if _value(fields, one) is not None]
    places = _places([*(one.steps for one in answered), *_children(fields)])
    return _nearest(pointer, answered, places) or _nearest(pointer, asked, places)


def _nearest(pointer: str, asked: Iterable[Asked], places: Mapping[Steps, int]) -> Asked | None:
    """The one that stands at the pointer or around it; otherwise the first that stands within it."""
    known = [(one, _pointer(one.steps, places)) for one in asked]
    around = [(len(at), one) for one, at in known if f"{pointer}/".startswith(f"{at}/")]
    if around:
        return max(around, key=lambda found: found[0])[1]
    return next((one for one, at in known if at.startswith(f"{pointer}/")), None)


def _asked(fields: Fields) -> Iterator[Asked]:
    for place in all_places(fields):
        for box in place.question.boxes:
            yield Asked(place, box)


def _children(fields: Fields) -> list[Steps]:
    return [(CHILDREN.entries, str(number)) for number in numbers_of(fields, CHILDREN)]


def _value(fields: Fields, asked: Asked) -> Any:
    """As intake takes it; None when nothing was written. What cannot be right is sent as it is, and intake says so."""
    values, kind = values_of(fields, asked.place, asked.box), asked.box.kind
    if not values:
        return None
    if kind is Kind.DAY:
        return written_day(values)
    if kind is Kind.LINES:
        return [line for line in values[-1].split("\n") if line.strip()]
    if kind is Kind.SEVERAL:
        return values
    if kind is Kind.YES_NO:
        return _ANSWERS.get(values[-1], values[-1])
    if kind is Kind.NUMBER:
        return int(values[-1]) if _NUMBER.fullmatch(values[-1].strip()) else values[-1]
    return values[-1]


def _tree(leaves: Mapping[Steps, Any]) -> dict[str, Any]:
    """Nested parts; where the steps are numbers, a list without holes."""
    grown: dict[str, Any] = {}
    for steps, value in leaves.items():
        at = grown
        for step in steps[:-1]:
            at = at.setdefault(step, {})
        at.setdefault(steps[-1], value)
    found = _with_lists(grown)
    assert isinstance(found, dict)
    return found


def _with_lists(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    if part and all(step.isdigit() for step in part):
        return [_with_lists(part[step]) for step in sorted(part, key=int)]
    return {step: _with_lists(value) for step, value in part.items()}


def _places(leaves: Iterable[Steps]) -> dict[Steps, int]:
    """For each entry that is sent its place in its list, by the steps that lead to it."""
    lists: dict[Steps, set[int]] = {}
    for steps in leaves:
        for depth, step in enumerate(steps):
            if step.isdigit():
                lists.setdefault(steps[:depth], set()).add(int(step))
    return {(*of, str(one)): place for of, ones in lists.items() for place, one in enumerate(sorted(ones))}


def _pointer(steps: Steps, places: Mapping[Steps, int]) -> str:
    named = (str(places.get(steps[: depth + 1], step)) for depth, step in enumerate(steps))
    return "".join(f"/{step}" for step in named)

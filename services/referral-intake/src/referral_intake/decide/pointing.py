"""JSON pointers (RFC 6901) into a referral: where a fact stands, and putting another in its place."""

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

Step = str | int
"""A field's name, or a place in a list."""

END: Final = "-"
"""The place behind the last one of a list."""

_POINTER: Final = re.compile(r"(/([^~/]|~[01])*)+")
_PLACE: Final = re.compile(r"0|[1-9][0-9]{0,5}")


def steps_of(pointer: str) -> tuple[str, ...] | None:
    """The steps of a pointer; None when it is not one, or points at the whole."""
    if not _POINTER.fullmatch(pointer):
        return None
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def pointer_of(steps: Sequence[Step]) -> str:
    """The pointer of steps."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def put(content: dict[str, Any], steps: Sequence[str], value: Any) -> tuple[Step, ...] | None:
    """Put a value in its place in ``content``, which is changed; returns where it went, None when there is no place.

    What lies on the way and was not said yet is made. Nothing is ever taken out of a list.
    """
    standing: Any = content
    taken: list[Step] = []
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        place = _place_in(standing, step, last=following is None)
        if place is None:
            return None
        taken.append(place)
        if following is None:
            _put_at(standing, place, deepcopy(value))
        else:
            standing = _go_on(standing, place, following)
    return tuple(taken)


def find(content: Any, steps: Sequence[Step]) -> Any:
    """What stands at a place; None when nothing does."""
    for step in steps:
        if isinstance(content, list) and isinstance(step, int) and step < len(content):
            content = content[step]
        elif isinstance(content, dict):
            content = content.get(str(step))
        else:
            return None
    return content


def _place_in(standing: Any, step: str, *, last: bool) -> Step | None:
    if isinstance(standing, dict):
        return step
    if not isinstance(standing, list):
        return None
    if step == END:
        return len(standing) if last else None
    return int(step) if _PLACE.fullmatch(step) and int(step) < len(standing) else None


def _put_at(standing: Any, place: Step, value: Any) -> None:
    if isinstance(standing, list) and place == len(standing):
        standing.append(value)
    else:
        standing[place] = value


def _go_on(standing: Any, place: Step, following: str) -> Any:
    if isinstance(standing, dict) and standing.get(str(place)) is None:
        standing[str(place)] = [] if following == END else {}
    return standing[place]

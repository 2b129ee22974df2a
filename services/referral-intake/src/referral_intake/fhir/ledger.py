"""What becomes of each element of a message, to the leaf: mapped, carried in words, part of the frame, or not taken."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from referral_intake.fhir.r4.names import fhir_path


class Fate(StrEnum):
    """What became of one leaf of a message."""

    MAPPED = "mapped"
    CARRIED = "carried"
    FRAME = "frame"
    NOT_TAKEN = "not-taken"


_RESOURCE: Final = r"Bundle\.entry\[\d+\]\.resource"
_FRAME: Final[tuple[tuple[str, str], ...]] = (
    (r"Bundle\.(resourceType|type)", "was checked: nothing else is read"),
    (r"Bundle\.(id|identifier\..+)", "is how the same message is known again"),
    (r"Bundle\.timestamp", "is the day on which what the message says is judged to be current or ended"),
    (r"Bundle\.entry\[\d+\]\.fullUrl", "is what references find the resource by, and each reference has its own fate"),
    (rf"{_RESOURCE}(\.contained\[\d+\])?\.resourceType", "says by which definition the resource is read"),
    (rf"{_RESOURCE}(\.contained\[\d+\])?\.id", "is what references find the resource by"),
    (rf"{_RESOURCE}\..+\.id", "is what other elements of its resource find an element by, and none does"),
    (r"Bundle(\.entry\[\d+\]\.resource)?\.meta\.profile\[\d+\]", "names rules; what they ask is in the elements"),
    (r"Bundle\.entry\[0\]\.resource\.source\..+", "names the sending system; the access token says who sends"),
    (r"Bundle\.entry\[0\]\.resource\.destination\[\d+\]\..+", "is the way here, and the message has arrived"),
)
"""Places that only hold a message together, and why nothing is lost when nobody reads them."""

_IN_FRAME: Final = re.compile("|".join(f"(?:{pattern})" for pattern, _ in _FRAME))
_NO_STEP: Final = re.compile(r"[^A-Za-z0-9_]")
"""What R4 has in no name: a name that holds it cannot be taken for a path of several."""

_REPEATING: Final = frozenset({"generated", "extensions"})
"""A narrative of this status has, as R4 says, nothing but what the elements say; and each of them has its fate."""


def fate_of(place: str, taken: Mapping[str, Fate]) -> Fate:
    """What became of the value at a place. ``taken``: the places that were read."""
    return taken.get(place) or (Fate.FRAME if _IN_FRAME.fullmatch(place) else Fate.NOT_TAKEN)


def not_taken(message: Mapping[str, Any], taken: Mapping[str, Fate]) -> tuple[str, ...]:
    """What a message says and the referral does not, in FHIRPath: nothing below a place that is named was taken."""
    places = (each for place, node in _parts(message) for each in _untaken(node, place, taken)[0])
    return tuple(dict.fromkeys(map(fhir_path, places)))


def _parts(message: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The Bundle's own elements, then each entry's: a whole resource is named as such, and not by its entry."""
    yield from (part for part in _below(message, "Bundle") if part[0] != "Bundle.entry")
    for position, entry in enumerate(message["entry"]):
        yield from _below(entry, f"Bundle.entry[{position}]")


def _untaken(node: Any, place: str, taken: Mapping[str, Fate]) -> tuple[list[str], bool]:
    """The places below that were not taken, as high up as possible; and whether anything below was."""
    if isinstance(node, dict | list):
        inner = [_untaken(value, below, taken) for below, value in _below(node, place)]
        places, any_taken = [each for found, _ in inner for each in found], any(found for _, found in inner)
        return ([place] if places and not any_taken and not _is_beside(place) else places), any_taken
    fate = fate_of(place, taken) if node is not None else Fate.FRAME
    return ([place] if fate is Fate.NOT_TAKEN else []), fate in (Fate.MAPPED, Fate.CARRIED)


def _below(node: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        yield from ((f"{place}[{number}]", value) for number, value in enumerate(node))
    elif isinstance(node, dict):
        for name, value in node.items():
            if not _repeats(name, value):
                yield f"{place}.{_NO_STEP.sub('?', name)}", value


def _is_beside(place: str) -> bool:
    """Whether this only stands beside a plain value, such as ``_birthDate``: the value has a fate of its own."""
    return place.rpartition(".")[2].startswith("_")


def _repeats(name: str, value: Any) -> bool:
    return name == "text" and isinstance(value, dict) and value.get("status") in _REPEATING

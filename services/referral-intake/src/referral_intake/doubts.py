"""Dates among the words of a message that cannot be right: kept beside the form until its words are put right."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from contracts.codes import MissingItem
from referral_intake.decide.pointing import Step, pointer_of
from referral_intake.model import Missing

HEADER: Final = "contradictory_dates"
"""What a document calls them."""


def written(found: Sequence[Missing]) -> list[dict[str, str]]:
    """As a document keeps them."""
    return [{"pointer": each.pointer, "detail": each.detail or ""} for each in found]


def standing(header: Mapping[str, Any], put_right: Iterable[Sequence[Step]] = ()) -> tuple[Missing, ...]:
    """Those whose field nothing has put in the place of, as a document's header has them."""
    replaced = [pointer_of(steps) for steps in put_right]
    kept = [
        each for each in header.get(HEADER, ()) if not any(_is_within(each["pointer"], place) for place in replaced)
    ]
    return tuple(Missing(MissingItem.CONTRADICTORY_DATES, each["pointer"], each["detail"]) for each in kept)


def kept(header: Mapping[str, Any], found: Sequence[Missing]) -> dict[str, Any]:
    """A document's header with these, and no others."""
    others = {name: value for name, value in header.items() if name != HEADER}
    return {**others, HEADER: written(found)} if found else others


def _is_within(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/")

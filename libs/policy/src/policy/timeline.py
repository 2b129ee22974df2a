"""The versions of one partnership's pack in the order of time: when each is in force, and whether they fit together."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from policy.pack import Pack

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Term:
    """One version and its local days, ``begins`` and ``ends`` included. ``ends`` is None while no end is known."""

    pack: Pack
    begins: date
    ends: date | None

    def covers(self, day: date) -> bool:
        """Whether the version is in force on a day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)

    def rules_on(self, day: date) -> Pack:
        """The version's rules on a day; after its end those of its last day, because no later ones ever applied."""
        return self.pack.on(day if self.ends is None else min(day, self.ends))


def in_order(versions: Iterable[Pack]) -> list[Pack]:
    """Versions of one partnership, the earliest first."""
    return sorted(versions, key=lambda pack: pack.effective_from)


def terms_of(ordered: Sequence[Pack]) -> tuple[Term, ...]:
    """When each version is in force. One without an end ends the day before the next begins.

    Raises ``ValueError`` when two of them do not fit together.
    """
    if any(misfit(earlier, later, "the one before") for earlier, later in pairwise(ordered)):
        raise ValueError("There are days for which no version, or more than one, is in force")
    begins = [pack.effective_from for pack in ordered]
    ends = [*(day - _A_DAY for day in begins[1:]), None]
    return tuple(
        Term(pack, pack.effective_from, pack.effective_until or end) for pack, end in zip(ordered, ends, strict=True)
    )


def misfit(earlier: Pack, later: Pack, earlier_file: str) -> str | None:
    """What to do about ``effective_from`` of the later of two neighbours; None when no day is doubled or left out."""
    begins, ends = later.effective_from, earlier.effective_until
    if begins == earlier.effective_from:
        return f"{earlier_file} begins on {begins} too: begin later, or remove one of them"
    if ends is None or begins == ends + _A_DAY:
        return None
    if begins > ends:
        gap = f"no version is in force from {ends + _A_DAY} to {begins - _A_DAY}"
        return f"{gap}: begin on {ends + _A_DAY}, or let {earlier_file} end on {begins - _A_DAY}"
    return (
        f"{earlier_file} is in force until {ends}: begin on {ends + _A_DAY}, or let that one end on {begins - _A_DAY}"
    )


def last_begun(terms: Sequence[Term], day: date) -> int:
    """The place of the newest version that has begun by a day; -1 before all of them."""
    return bisect_right(terms, day, key=lambda term: term.begins) - 1

"""The base of every code list: a member is its code on the wire, with the label that a person reads."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Self


@dataclass(frozen=True)
class Validity:
    """When a code may be used for new information: from and until a day, both included; ``None`` is no bound known."""

    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies within both bounds."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


ALWAYS = Validity()


class Code(StrEnum):
    """A member is its code on the wire; ``label`` is what a person reads, ``validity`` when it may be used."""

    label: str
    validity: Validity
    if not TYPE_CHECKING:  # the same as every member's own, found three times as fast: each event and form has dozens
        value = property(attrgetter("_value_"))

    def __new__(cls, code: str, label: str = "", validity: Validity = ALWAYS) -> Self:
        """Make a member; called with the code alone to look a member up."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.validity = validity
        return member

    def is_current(self, day: date) -> bool:
        """Whether the code may be used for new information on the day; one that is not is still read as said."""
        return self.validity.holds(day)

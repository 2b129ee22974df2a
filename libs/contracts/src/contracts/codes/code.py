"""The base of every code list: a member is its code on the wire, with the label that a person reads."""

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A member is its code on the wire; ``label`` is what a person reads."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:  # called with the code alone to look a member up
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

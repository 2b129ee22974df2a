"""Values of which every referral makes dozens."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A dataclass of which no field is ever set again: mypy sees to that.

    A frozen one sees to it itself, and is three times as dear to make for it: a fourteenth of accepting.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)

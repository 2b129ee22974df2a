"""The base of every event: frozen, forbidding on the way out, tolerant on the way in, and bounded on both."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from math import isfinite
from types import NoneType
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from contracts.bounds import MOST_DATA_BYTES, MOST_ITEMS, holds_bigint, holds_integer, holds_text, holds_time
from contracts.problems import Invalid


class Event(BaseModel):
    """A fact in the past tense. Carries opaque ids, codes, times and agency names only.

    ``TYPE`` is the wire type; ``subject`` the aggregate whose version the event advances;
    ``correlation`` the referral it belongs to. Building one with a field it does not declare fails, and so does one
    with a value that a later step could not keep (``contracts.bounds``); ``WIDE`` names the whole numbers that
    every reader keeps in 64 bits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    TYPE: ClassVar[str]
    WIDE: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        for name, value in self.__dict__.items():
            if type(value) in _ALWAYS:
                continue
            if not (holds_bigint if name in self.WIDE else _bound_of(type(value)))(value):
                raise ValueError(f"{name} is more than can be kept")
        return self

    @property
    def subject(self) -> str:
        """The aggregate, as ``kind/id``."""
        raise TypeError(f"{type(self).__name__} must say what its subject is")

    @property
    def correlation(self) -> UUID:
        """The referral this event belongs to."""
        raise TypeError(f"{type(self).__name__} must say what its referral is")

    def to_json(self) -> bytes:
        """The value on the wire: compact UTF-8 JSON."""
        return self.model_dump_json().encode()

    @classmethod
    def read(cls, value: bytes) -> Self:
        """Parse as a reader: fields of a later version are ignored, and no type is guessed from another.

        Raises ``Invalid`` without repeating any value, so that it may be logged.
        """
        if len(value) > MOST_DATA_BYTES:
            raise Invalid(f"The message is not a {cls.TYPE}")
        try:
            json.loads(value, object_pairs_hook=_unique)
            return cls.model_validate_json(value, strict=True, extra="ignore")
        except (ValidationError, ValueError, RecursionError) as error:
            raise Invalid(f"The message is not a {cls.TYPE}") from error


Bound = Callable[[Any], bool]
"""Whether a value can be kept by every store behind an event, and all that is in it."""


def _bound_of(kind: type) -> Bound:
    """The bound for a type, found once. Ids and codes always hold: they are ours."""
    known = _FOUND.get(kind)
    if known is None:
        known = _FOUND[kind] = next((bound for base, bound in _BOUNDS.items() if issubclass(kind, base)), _never)
        if known is _always:
            _ALWAYS.add(kind)
    return known


def _holds(value: object) -> bool:
    return _bound_of(type(value))(value)


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    """A type that no event had before: say here what of it can be kept."""
    return False


def _holds_items(items: tuple[object, ...]) -> bool:
    return len(items) <= MOST_ITEMS and _all_hold(items)


def _holds_named(named: dict[str, object]) -> bool:
    return len(named) <= MOST_ITEMS and all(_holds(name) and _holds(value) for name, value in named.items())


def _holds_part(part: BaseModel) -> bool:
    return _all_hold(part.__dict__.values())


def _all_hold(values: Iterable[object]) -> bool:
    """Most are ids and codes, which always hold: then their types are all that has to be looked at."""
    return _ALWAYS.issuperset(map(type, values)) or all(map(_holds, values))


_BOUNDS: Final[Mapping[type, Bound]] = {
    UUID: _always,
    Enum: _always,
    bool: _always,
    NoneType: _always,
    str: holds_text,
    int: holds_integer,
    float: isfinite,
    datetime: holds_time,
    tuple: _holds_items,
    dict: _holds_named,
    BaseModel: _holds_part,
}
_FOUND: Final[dict[type, Bound]] = {}
_ALWAYS: Final[set[type]] = set()
"""The types met so far whose values always hold."""


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Readers disagree on which of two equal names counts, and the log keeps neither."""
    given = list(pairs)
    named = dict(given)
    if len(named) != len(given):
        raise ValueError("a name is given twice")
    return named

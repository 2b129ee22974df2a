"""The base of the R4 models: every element knows where in the sender's message it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr
from pydantic.alias_generators import to_camel

T = TypeVar("T")

_CHOICE: Final = re.compile(
    r"(abatement|author|born|deceased|effective|event|item|medication|multipleBirth|occurred|occurrence|onset|performed|"
    r"serviced|value)"
    r"(?=[A-Z])(?!Set)[A-Za-z0-9]+"
)


@dataclass(frozen=True)
class Said(Generic[T]):
    """A value, and the places in the sender's message that said it, as its JSON names them, down to the leaf."""

    value: T
    places: tuple[str, ...]


@lru_cache(maxsize=4096)
def step(name: str) -> str:
    """An element's name in FHIRPath: ``valueString`` is ``value``, and ``_birthDate`` belongs to ``birthDate``."""
    bare = name.removeprefix("_")
    choice = _CHOICE.fullmatch(bare)
    return choice.group(1) if choice else bare


class Element(BaseModel):
    """Part of a resource. What it does not name is left alone here and reported to the sender as not taken."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )
    _path: str = PrivateAttr("")

    @property
    def path(self) -> str:
        """Where this stands."""
        return self._path

    def place(self, path: str) -> None:
        """Say to this element and all within where they stand. MUST be called once, before anything is read from it."""
        self._path = path
        for name, value in self:
            for position, inner in _elements(value):
                inner.place(self.at(name, position))

    def parts(self) -> Iterator["Element"]:
        """The elements within, in order."""
        yield from (inner for _, value in self for _, inner in _elements(value))

    def said(self, name: str) -> Said[Any] | None:
        """What the element ``name`` says; None when it is absent or blank."""
        value = getattr(self, name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return Said(value, (self.at(name),))

    def said_each(self, name: str) -> tuple[Said[Any], ...]:
        """What each repetition of a list of plain values says; blank ones are left out."""
        values = enumerate(getattr(self, name))
        return tuple(Said(value, (self.at(name, place),)) for place, value in values if value and value.strip())

    def at(self, name: str, position: int | None = None) -> str:
        """Where the element ``name`` stands, whether it is there or not."""
        alias = type(self).model_fields[name].alias or name
        return f"{self._path}.{alias}" + ("" if position is None else f"[{position}]")


def _elements(value: object) -> Iterator[tuple[int | None, Element]]:
    if isinstance(value, Element):
        yield None, value
    elif isinstance(value, tuple):
        yield from ((place, inner) for place, inner in enumerate(value) if isinstance(inner, Element))

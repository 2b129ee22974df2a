"""Values of R4: each kind of ``value[x]`` that a referral can carry, and how a person reads it."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, Self

from pydantic import ModelWrapValidatorHandler, PrivateAttr, StrictBool, StrictInt, ValidationError, model_validator

from referral_intake.fhir.r4.amounts import Quantity, Range, Ratio, SampledData
from referral_intake.fhir.r4.coded import CodeableConcept, Coding
from referral_intake.fhir.r4.element import Element, Said
from referral_intake.fhir.r4.primitives import Date, Many, Number, NumberUse, Text, Time
from referral_intake.fhir.r4.times import DateTime, day_in_london, is_after, is_before, is_earlier, spoken
from referral_intake.fhir.r4.words import listed, named
from referral_intake.fhir.systems import register_of

_PLAIN: Final = (
    "value_boolean", "value_integer", "value_positive_int", "value_unsigned_int", "value_string", "value_markdown",
    "value_code", "value_id", "value_uri", "value_url", "value_date", "value_date_time", "value_instant", "value_time",
)  # fmt: skip
_WRITTEN: Final = ("value_string", "value_markdown", "value_code", "value_id", "value_uri", "value_url", "value_time")
_COUNTED: Final = ("value_integer", "value_positive_int", "value_unsigned_int", "value_decimal")
_DATED: Final = ("value_date", "value_date_time", "value_instant")
_MADE_OF_PARTS: Final = (
    "value_codeable_concept", "value_coding", "value_quantity", "value_range", "value_ratio", "value_period",
    "value_sampled_data",
)  # fmt: skip
_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_YES_OR_NO: Final = {True: "yes", False: "no"}


class Period(Element):
    """From when to when."""

    start: DateTime | None = None
    end: DateTime | None = None

    @property
    def is_turned_round(self) -> bool:
        """Whether it ends before it begins, so that nobody can say from it what is so now."""
        return self.start is not None and self.end is not None and is_earlier(self.end, self.start)

    @property
    def is_partly_dated(self) -> bool:
        """Whether of one of its ends only the month or the year is known."""
        return any(end is not None and day_in_london(end) is None for end in (self.start, self.end))

    def has_ended(self, day: date) -> bool:
        """Whether it was over before a day."""
        return self.end is not None and is_before(self.end, day) and not self.is_turned_round

    def is_to_come(self, day: date) -> bool:
        """Whether it begins after a day."""
        return self.start is not None and is_after(self.start, day) and not self.is_turned_round

    def holds(self, day: date) -> bool:
        """Whether a day is within it."""
        return not (self.has_ended(day) or self.is_to_come(day))

    def words(self) -> Said[str] | None:
        """As a person reads it."""
        return listed((named("from", dated(self, "start")), named("until", dated(self, "end"))), " ")


class Identifier(Element):
    """A number or name that somebody assigned."""

    extension: Many["Extension"] = ()
    use: NumberUse | None = None
    type: CodeableConcept | None = None
    system: Text | None = None
    value: Text | None = None
    period: Period | None = None

    @property
    def register(self) -> str | None:
        """Whose number it is: the system, by the name it has here."""
        return register_of(self.system)

    def is_in_use(self, day: date) -> bool:
        """Whether a number is somebody's on a day."""
        return self.use != "old" and (self.period is None or self.period.holds(day))


class Reference(Element):
    """Another resource, by address, by identifier or only by name."""

    reference: Text | None = None
    type: Text | None = None
    identifier: Identifier | None = None
    display: Text | None = None

    def followed(self, *, is_of_it: bool) -> tuple[str, ...]:
        """The places that have served their purpose once the resource is found.

        ``is_of_it``: the identifier is one of those that the resource has itself.
        """
        number = (self.identifier.at("system"), self.identifier.at("value")) if self.identifier and is_of_it else ()
        return (self.at("reference"), self.at("type"), *number)


class Valued(Element):
    """An element that holds one value, of one of many types."""

    value_boolean: StrictBool | None = None
    value_integer: StrictInt | None = None
    value_positive_int: StrictInt | None = None
    value_unsigned_int: StrictInt | None = None
    value_decimal: Number | None = None
    value_string: Text | None = None
    value_markdown: Text | None = None
    value_code: Text | None = None
    value_id: Text | None = None
    value_uri: Text | None = None
    value_url: Text | None = None
    value_date: Date | None = None
    value_date_time: DateTime | None = None
    value_instant: DateTime | None = None
    value_time: Time | None = None
    value_quantity: Quantity | None = None
    value_range: Range | None = None
    value_ratio: Ratio | None = None
    value_period: Period | None = None
    value_sampled_data: SampledData | None = None
    value_coding: Coding | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_reference: Reference | None = None
    _has_value: bool = PrivateAttr(False)
    _beside: tuple[tuple[str, Any], ...] = PrivateAttr(())

    @model_validator(mode="wrap")
    @classmethod
    def _noting_any_value(cls, given: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        """A value of a kind that is not read here is a value all the same."""
        element = read(given)
        values = [value for name, value in given.items() if name.startswith("value")] if isinstance(given, dict) else []
        if isinstance(given, dict):
            element._beside = tuple((name, each) for name, each in given.items() if name.startswith("_value"))
        element._has_value = any(value is not None and str(value).strip() for value in values)
        return element

    @property
    def has_value(self) -> bool:
        """Whether the sender gave a value, of whatever kind."""
        return self._has_value

    @property
    def absent(self) -> Said[str] | None:
        """Why there is no value, where that stands in its place."""
        besides = (_beside_at(f"{self.path}.{name}", given) for name, given in self._beside)
        return next((beside.absent for beside in besides if beside and beside.absent), None)

    def value(self) -> Said[Any] | None:
        """The value as the form has it; a concept by its code."""
        for name in _PLAIN:
            if (said := self.said(name)) is not None:
                return said
        concept = self.value_codeable_concept
        return concept.code() if concept else None

    def words(self) -> Said[str] | None:
        """The value as a person reads it: false is said, and not left out. Of several, which R4 forbids, all are."""
        return listed(self._all_words(), "; ")

    def _all_words(self) -> Iterator[Said[str]]:
        if (answer := self.said("value_boolean")) is not None:
            yield Said(_YES_OR_NO[answer.value], answer.places)
        for name in _COUNTED:
            if (number := self.said(name)) is not None:
                yield Said(str(number.value), number.places)
        yield from (said for name in _WRITTEN if (said := self.said(name)))
        yield from (said for name in _DATED if (said := dated(self, name)))
        parts = (getattr(self, name) for name in _MADE_OF_PARTS)
        yield from (said for part in parts if part is not None and (said := part.words()))
        if self.value_reference is not None and (shown := self.value_reference.said("display")):
            yield shown


class Extension(Valued):
    """What R4 itself has no element for. One that is made of others has no value."""

    url: Text
    extension: Many["Extension"] = ()

    def part(self, url: str) -> "Extension | None":
        """The first part of this name."""
        return next((each for each in self.extension if each.url == url), None)

    def places_of(self, said: Said[Any]) -> tuple[str, ...]:
        """The places of a value that this extension says: its own name is understood."""
        return (self.at("url"), *said.places)


class Extensible(Element):
    """An element whose extensions are read."""

    extension: Many[Extension] = ()

    def extension_of(self, url: str) -> Extension | None:
        """The first extension with this definition."""
        return next((each for each in self.extension if each.url == url), None)

    def said_by(self, url: str) -> Said[Any] | None:
        """The value of that extension, which stands where the extension does."""
        found = self.extension_of(url)
        said = found.value() if found else None
        return Said(said.value, found.places_of(said)) if found and said else None


class Beside(Extensible):
    """What stands beside a plain value or in its place, such as ``_birthDate``."""

    @property
    def absent(self) -> Said[str] | None:
        """Why there is no value, although there is something to say one of."""
        found = self.extension_of(_ABSENT)
        code = found.said("value_code") if found else None
        return Said(code.value, found.places_of(code)) if found and code else None


def _beside_at(path: str, given: Any) -> Beside | None:
    """What stands at a place, if it is an element; anything else is nothing that could be read."""
    try:
        beside = Beside.model_validate(given)
    except ValidationError:
        return None
    beside.place(path)
    return beside


def dated(element: Element, name: str) -> Said[str] | None:
    """A date or an instant as a person reads it."""
    said = element.said(name)
    return Said(spoken(said.value), said.places) if said else None

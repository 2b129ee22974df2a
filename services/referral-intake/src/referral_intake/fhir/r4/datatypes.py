"""The R4 data types that a referral is made of, as far as it needs them."""

from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import FailFast, Field, StrictBool, StrictFloat, StrictInt

from referral_intake.fhir.r4.element import Element, Said

T = TypeVar("T")

MOST_REPETITIONS: Final = 200
"""Of one element in one place: more is not what people write, and reading it would keep others waiting."""

Text = Annotated[str, Field(strict=True)]
Many = Annotated[tuple[T, ...], Field(max_length=MOST_REPETITIONS), FailFast()]
Texts = Many[Text | None]  # a null keeps the place of a value that is there as an extension only
Date = Annotated[str, Field(strict=True, pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
DateTime = Annotated[
    str,
    Field(strict=True, pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T[0-9:.]+(Z|[+-][0-9:]+))?)?)?$"),
]
Id = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9.-]{1,64}$")]
Gender = Literal["male", "female", "other", "unknown"]

_SEPARATOR: Final = ": "
_PLAIN_VALUES: Final = (
    "value_boolean",
    "value_integer",
    "value_string",
    "value_code",
    "value_date",
    "value_date_time",
)
_WRITTEN_VALUES: Final = ("value_string", "value_code", "value_date", "value_date_time")


class Coding(Element):
    """One code of one system."""

    system: Text | None = None
    code: Text | None = None
    display: Text | None = None


class CodeableConcept(Element):
    """A meaning, as codes and as text."""

    coding: Many[Coding] = ()
    text: Text | None = None

    def code_of(self, *systems: str) -> Said[str] | None:
        """The code from one of the systems."""
        for coding in self.coding:
            if coding.system in systems and (code := coding.said("code")):
                return Said(code.value, (coding.path,))
        return None

    def code(self) -> Said[str] | None:
        """The first code, of whichever system; the text when there is none."""
        return next((Said(c.code, (self.path,)) for c in self.coding if c.code), None) or self.words()

    def words(self) -> Said[str] | None:
        """What a person would read: the text, or else what the codes are called; the code itself as a last resort."""
        if text := self.said("text"):
            return Said(text.value, (self.path,))
        for coding in self.coding:
            if said := coding.said("display") or coding.said("code"):
                return Said(said.value, (self.path,))
        return None


class Period(Element):
    """From when to when."""

    start: DateTime | None = None
    end: DateTime | None = None


class Identifier(Element):
    """A number or name that somebody assigned."""

    system: Text | None = None
    value: Text | None = None


class Reference(Element):
    """Another resource, by address, by identifier or only by name."""

    reference: Text | None = None
    type: Text | None = None
    identifier: Identifier | None = None
    display: Text | None = None


class Quantity(Element):
    """A measured amount."""

    value: StrictInt | StrictFloat | None = None
    unit: Text | None = None


class Valued(Element):
    """An element that holds one value, of one of many types."""

    value_boolean: StrictBool | None = None
    value_integer: StrictInt | None = None
    value_string: Text | None = None
    value_code: Text | None = None
    value_date: Date | None = None
    value_date_time: DateTime | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_reference: Reference | None = None

    def value(self) -> Said[Any] | None:
        """The value as the form has it; a concept by its code."""
        for name in _PLAIN_VALUES:
            if (said := self.said(name)) is not None:
                return said
        concept = self.value_codeable_concept
        return concept.code() if concept else None

    def words(self) -> Said[str] | None:
        """The value as a person would read it."""
        if concept := self.value_codeable_concept:
            return concept.words()
        if (quantity := self.value_quantity) and quantity.value is not None:
            return Said(f"{quantity.value:g} {quantity.unit or ''}".strip(), (quantity.path,))
        return next((said for name in _WRITTEN_VALUES if (said := self.said(name))), None)


class Extension(Valued):
    """What R4 itself has no element for."""

    url: Text


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
        return Said(said.value, (found.path,)) if found and said else None


class HumanName(Element):
    """A person's name."""

    use: Text | None = None
    text: Text | None = None
    family: Text | None = None
    given: Texts = ()
    prefix: Texts = ()
    suffix: Texts = ()

    def whole(self) -> Said[str] | None:
        """The name as it is written in one piece."""
        parts = (*self.prefix, *self.given, self.family, *self.suffix)
        words = self.text if self.said("text") else " ".join(part for part in parts if part and part.strip())
        return Said(words, (self.path,)) if words else None


class ContactPoint(Element):
    """A telephone number, an e-mail address or the like."""

    system: Text | None = None
    value: Text | None = None
    use: Text | None = None

    @property
    def in_use(self) -> bool:
        """False for a number that is no longer theirs."""
        return self.use != "old" and bool(self.said("value"))


class Address(Extensible):
    """Where somebody lives, lived or stays."""

    use: Text | None = None
    text: Text | None = None
    line: Texts = ()
    city: Text | None = None
    district: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    period: Period | None = None


class Annotation(Element):
    """A note."""

    text: Text | None = None


class Attachment(Element):
    """A document: where it is, never what is in it."""

    content_type: Text | None = None
    url: Text | None = None
    title: Text | None = None
    creation: DateTime | None = None
    data: Text | None = None


def joined(parts: tuple[Said[str], ...], separator: str = "\n") -> Said[str] | None:
    """Several pieces of text as one, which stands in all their places."""
    if not parts:
        return None
    return Said(separator.join(part.value for part in parts), tuple(place for part in parts for place in part.places))


def labelled(label: Said[str] | None, text: Said[str] | None) -> Said[str] | None:
    """``label: text``, or whichever of the two there is."""
    return joined(tuple(part for part in (label, text) if part), _SEPARATOR)

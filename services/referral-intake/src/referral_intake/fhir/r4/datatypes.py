"""The R4 data types that people, places and papers are made of, as far as a referral needs them."""

from datetime import date
from typing import Literal

from pydantic import StrictInt

from referral_intake.fhir.r4.element import Element, Said
from referral_intake.fhir.r4.primitives import AddressType, AddressUse, ContactUse, NameUse, Text, Texts
from referral_intake.fhir.r4.times import DateTime
from referral_intake.fhir.r4.values import Extensible, Period, Reference


class HumanName(Element):
    """A person's name."""

    use: NameUse | None = None
    text: Text | None = None
    family: Text | None = None
    given: Texts = ()
    prefix: Texts = ()
    suffix: Texts = ()
    period: Period | None = None

    def whole(self) -> Said[str] | None:
        """The name as it is written in one piece."""
        family = self.said("family")
        parts = (*self.said_each("prefix"), *self.said_each("given"), *((family,) if family else ()))
        parts = (*parts, *self.said_each("suffix"))
        places = tuple(place for part in parts for place in part.places)
        if text := self.said("text"):
            same = tuple(place for part in parts for place in part.places if _within(part.value, text.value))
            return Said(text.value, (*text.places, *same))
        return Said(" ".join(part.value for part in parts), places) if parts else None


class ContactPoint(Element):
    """A telephone number, an e-mail address or the like. ``rank``: 1 is tried first."""

    system: Literal["phone", "fax", "email", "pager", "url", "sms", "other"] | None = None
    value: Text | None = None
    use: ContactUse | None = None
    rank: StrictInt | None = None
    period: Period | None = None


class Address(Extensible):
    """Where somebody lives, lived or stays."""

    use: AddressUse | None = None
    type: AddressType | None = None
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

    author_reference: Reference | None = None
    author_string: Text | None = None
    time: DateTime | None = None
    text: Text | None = None


class Attachment(Element):
    """A document: where it is, never what is in it."""

    content_type: Text | None = None
    url: Text | None = None
    title: Text | None = None
    creation: DateTime | None = None
    data: Text | None = None


def is_former(element: HumanName | ContactPoint | Address, day: date) -> bool:
    """Whether this is no longer so on a day, or not yet: by its use or its period."""
    period = element.period
    return element.use == "old" or (period is not None and (period.has_ended(day) or period.is_to_come(day)))


def _within(words: str, text: str) -> bool:
    return set(words.casefold().split()) <= set(text.casefold().split())

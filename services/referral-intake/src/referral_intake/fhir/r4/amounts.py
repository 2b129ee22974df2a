"""Amounts of R4: what was measured, digit for digit, with its comparator and unit."""

from pydantic import StrictInt

from referral_intake.fhir.r4.coded import Coding
from referral_intake.fhir.r4.element import Element, Said
from referral_intake.fhir.r4.primitives import Comparator, Number, Text
from referral_intake.fhir.r4.words import joined, listed, named


class Quantity(Element):
    """A measured amount. ``comparator``: the true value is less or more than this."""

    value: Number | None = None
    comparator: Comparator | None = None
    unit: Text | None = None
    system: Text | None = None
    code: Text | None = None

    def words(self) -> Said[str] | None:
        """The amount digit for digit, with its comparator and unit."""
        number = self.said("value")
        if number is None:
            return None
        digits = Said(str(number.value), number.places)
        return listed((self.said("comparator"), digits, self._unit()), " ")

    def _unit(self) -> Said[str] | None:
        coding = Coding(system=self.system, code=self.code)
        reference = coding.words()
        unit, places = self.said("unit"), (self.at("system"), self.at("code"))
        if reference is None:
            return unit
        if unit is None or unit.value == self.code:
            shown = self.code if unit else reference.value
            return Said(shown or "", (*(unit.places if unit else ()), *places))
        return Said(f"{unit.value} ({reference.value})", (*unit.places, *places))


class Range(Element):
    """Between two amounts."""

    low: Quantity | None = None
    high: Quantity | None = None

    def words(self) -> Said[str] | None:
        """Both ends, or the one there is."""
        low, high = (end.words() if end else None for end in (self.low, self.high))
        return listed((named("from", low), named("to" if low else "up to", high)), " ")


class Ratio(Element):
    """One amount for each other amount."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None

    def words(self) -> Said[str] | None:
        """Both amounts; half a ratio is none."""
        above, below = (part.words() if part else None for part in (self.numerator, self.denominator))
        return joined((above, below), " : ") if above and below else None


class SampledData(Element):
    """A series of measurements, as a device wrote it."""

    origin: Quantity | None = None
    period: Number | None = None
    factor: Number | None = None
    lower_limit: Number | None = None
    upper_limit: Number | None = None
    dimensions: StrictInt | None = None
    data: Text | None = None

    def words(self) -> Said[str] | None:
        """The series, and what it takes to read it."""
        data = self.said("data")
        numbers = ("period", "factor", "lower_limit", "upper_limit", "dimensions")
        origin = named("origin", self.origin.words() if self.origin else None)
        beside = listed((origin, *(named(name.replace("_", " "), self._digits(name)) for name in numbers)))
        return Said(f"{data.value} ({beside.value})", (*data.places, *beside.places)) if data and beside else data

    def _digits(self, name: str) -> Said[str] | None:
        said = self.said(name)
        return Said(str(said.value), said.places) if said else None

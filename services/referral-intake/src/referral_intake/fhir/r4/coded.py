"""Coded values: what a person reads of a code, its display and the system it is of."""

import re
from collections.abc import Mapping
from typing import Final

from referral_intake.fhir.r4.element import Element, Said
from referral_intake.fhir.r4.primitives import Many, Text
from referral_intake.fhir.r4.words import joined
from referral_intake.fhir.systems import LOINC, SNOMED, terminology_of

_SYSTEM_NAMES: Final[Mapping[str, str]] = {
    terminology_of(system): name
    for system, name in (
        (SNOMED, "SNOMED CT"),
        (LOINC, "LOINC"),
        ("http://unitsofmeasure.org", "UCUM"),
        ("http://hl7.org/fhir/sid/icd-10", "ICD-10"),
        ("https://dmd.nhs.uk", "dm+d"),
        ("urn:ietf:bcp:47", "language code"),
    )
}
_REGISTERED: Final = re.compile(
    r"https?://(?:fhir\.nhs\.uk|fhir\.hl7\.org\.uk|terminology\.hl7\.org|hl7\.org/fhir|frontdoor\.example\.org/fhir)"
    r"/(?:[A-Za-z0-9]+/)*(?P<name>[A-Za-z0-9-]+)"
)
"""Systems of the NHS, of HL7 and of ours: their last name is enough to find them again."""


class Coding(Element):
    """One code of one system."""

    system: Text | None = None
    code: Text | None = None
    display: Text | None = None

    def is_of(self, *systems: str) -> bool:
        """Whether its system is one of these, by whichever of its names."""
        return self.system is not None and terminology_of(self.system) in map(terminology_of, systems)

    def words(self) -> Said[str] | None:
        """What it is called, and its system and code."""
        display, reference = self.said("display"), self._reference()
        if display is None or reference is None:
            return display or reference
        return Said(f"{display.value} ({reference.value})", (*display.places, *reference.places))

    def mapped(self) -> tuple[str, ...]:
        """The places of a code that is read by its meaning."""
        return (self.at("system"), self.at("code"))

    def _reference(self) -> Said[str] | None:
        code, system = self.said("code"), self.said("system")
        if code is None:
            return None
        name = Said(system_name(system.value), system.places) if system else None
        return joined(tuple(part for part in (name, code) if part), " ")


class CodeableConcept(Element):
    """A meaning, as codes and as text."""

    coding: Many[Coding] = ()
    text: Text | None = None

    def code_of(self, *systems: str) -> Said[str] | None:
        """The code from one of the systems."""
        for coding in self.coding:
            if coding.is_of(*systems) and coding.said("code"):
                return Said(coding.code or "", coding.mapped())
        return None

    def code(self) -> Said[str] | None:
        """The first code, of whichever system; the text when there is none. A system that nobody knows is not taken."""
        coded = next((coding for coding in self.coding if coding.said("code")), None)
        if coded is None:
            return self.said("text")
        known = _REGISTERED.fullmatch(coded.system or "") is not None
        return Said(coded.code or "", coded.mapped() if known else (coded.at("code"),))

    def name(self) -> Said[str] | None:
        """In short: the text, or else what the first code is called; the code with its system as a last resort."""
        if text := self.said("text"):
            same = [coding.at("display") for coding in self.coding if coding.display == text.value]
            return Said(text.value, (*text.places, *same))
        named = next((said for coding in self.coding if (said := coding.said("display"))), None)
        return named or self.words()

    def words(self) -> Said[str] | None:
        """In full: the text, and each code with its display and its system."""
        text = self.said("text")
        codes = [said for coding in self.coding if (said := self._beside(text, coding))]
        if text is None:
            return joined(tuple(codes), "; ")
        if not codes:
            return text
        beside = joined(tuple(codes), "; ")
        return Said(f"{text.value} ({beside.value})", (*text.places, *beside.places)) if beside else text

    def _beside(self, text: Said[str] | None, coding: Coding) -> Said[str] | None:
        """A code behind the text; its display is not repeated when the text says the same."""
        said = coding.words()
        if text is None or said is None or (coding.display or "").casefold() != text.value.casefold():
            return said
        reference = coding.model_copy(update={"display": None}).words()
        return Said(reference.value, said.places) if reference else None


def system_name(system: str) -> str:
    """A code system as people call it; its whole address when it is nobody's whom everybody knows."""
    registered = _REGISTERED.fullmatch(system)
    return _SYSTEM_NAMES.get(terminology_of(system)) or (registered["name"] if registered else system)

"""What was so of a person and is so no longer: names, numbers and addresses with their dates, for the history."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.mapping.words import (
    ANY_USE,
    KINDS_OF_NUMBER,
    dated_numbers,
    era,
    names_of,
    number_of,
    one_line,
)
from referral_intake.fhir.r4.coded import Coding
from referral_intake.fhir.r4.datatypes import Address
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, Practitioner, RelatedPerson
from referral_intake.fhir.r4.values import Extension, Identifier
from referral_intake.fhir.r4.words import named, remarked, with_places

KNOWN_NUMBERS: Final[Mapping[str, tuple[str, str]]] = {
    systems.NHS_NUMBER: ("nhs_number", "NHS number"),
    systems.UPN: ("upn", "unique pupil number"),
    systems.CHILD_ID: ("la_child_id", "local authority child id"),
}
"""The numbers that the form has a field for, by system: the field, and what people call them."""

_VERIFIED: Final = "01"
"""Number present and verified. Source: NHS Data Dictionary, December 2019, NHS number status indicator code."""

_ORDER: Final = ("official", "usual", None, "secondary", "temp")


def history_of(person: Patient | RelatedPerson | Practitioner, day: date) -> Iterator[Said[str]]:
    """What is known of former names and numbers of a person, and since when they have the present ones."""
    yield from names_of(person.name, day).history
    yield from dated_numbers(person.telecom, day)
    addresses = () if isinstance(person, Practitioner) else person.address
    yield from (said for address in addresses if (said := _partly_dated(address)))


def _partly_dated(address: Address) -> Said[str] | None:
    """An address with its dates, when one of them is no day: the form has fields for days alone."""
    if address.period is None or not address.period.is_partly_dated:
        return None
    return named("address", one_line(address))


def number_in_use(patient: Patient | RelatedPerson, system: str, day: date) -> Identifier | None:
    """The identifier that counts: official before usual; never one that ended, or is kept for history only."""
    found = [
        each for each in patient.identifier if each.register == system and each.said("value") and each.is_in_use(day)
    ]
    return min(found, key=lambda each: _ORDER.index(each.use), default=None)


def other_numbers(patient: Patient, day: date) -> Iterator[Said[str]]:
    """Every known number that is not the one that counts, and since when that one is."""
    for system, (_, called) in KNOWN_NUMBERS.items():
        main = number_in_use(patient, system, day)
        for identifier in patient.identifier:
            if identifier.register == system and identifier.said("value"):
                yield from _number(identifier, called, is_main=identifier is main, day=day)


def number_called(identifier: Identifier) -> Said[str] | None:
    """A number with what people call it; one of a register that has no name here, with the register's address."""
    value = identifier.said("value")
    if known := KNOWN_NUMBERS.get(identifier.register or ""):
        return with_places(named(known[1], value), identifier.at("system"))
    return remarked(value, identifier.said("system")) if value else None


def superseded(patient: Patient) -> Iterator[Said[str]]:
    """What a further record of the same child says of names, birth, addresses and numbers."""
    yield from (
        Said(f"also recorded as {whole.value}", whole.places) for name in patient.name if (whole := name.whole())
    )
    born = named("also recorded as born on", patient.said("birth_date"))
    homes = (named("another record's address", one_line(address)) for address in patient.address)
    yield from (said for said in (born, *homes, *_numbers_of(patient)) if said)
    for identifier in patient.identifier:
        number = named("another record's", number_called(identifier))
        if number and identifier.register in KNOWN_NUMBERS:
            yield number


def _numbers_of(patient: Patient) -> Iterator[Said[str] | None]:
    for point in patient.telecom:
        if kind := KINDS_OF_NUMBER.get(point.system):
            number = remarked(number_of(point, uses=ANY_USE), point.period.words() if point.period else None)
            yield named(f"another record's {kind}", number)


def _number(identifier: Identifier, called: str, *, is_main: bool, day: date) -> Iterator[Said[str]]:
    period, doubt = identifier.period.words() if identifier.period else None, _doubt_of(identifier)
    if is_main and period is None and doubt is None:
        return
    which = "another" if identifier.is_in_use(day) else era(identifier.period, day)
    kind = called if is_main else f"{which} {called}"
    use = None if identifier.use in ("official", "usual", "old") else identifier.said("use")
    text = remarked(named(kind, identifier.said("value")), use, period, doubt)
    places = [identifier.at("system"), *([identifier.at("use")] if use is None else [])]
    if said := with_places(text, *places):
        yield said


def verified(identifier: Identifier) -> tuple[str, ...]:
    """The places that say a number was checked against the register: it needs no word."""
    found, coding = _verification(identifier)
    if found is None or coding is None or coding.code != _VERIFIED:
        return ()
    return (found.at("url"), *coding.mapped(), coding.at("display"))


def _doubt_of(identifier: Identifier) -> Said[str] | None:
    """That a number was not checked, or not found: it may be somebody else's."""
    found, coding = _verification(identifier)
    if found is None or coding is None or coding.code == _VERIFIED:
        return None
    return with_places(coding.words(), found.at("url"))


def _verification(identifier: Identifier) -> tuple[Extension | None, Coding | None]:
    found = next((each for each in identifier.extension if each.url == systems.NUMBER_VERIFICATION), None)
    concept = found.value_codeable_concept if found else None
    return found, next(iter(concept.coding), None) if concept else None

"""Names, numbers, dates and addresses: what R4 takes apart and the form writes in one piece, or the other way round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.codes import AddressKind
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.r4.datatypes import Address as R4Address
from referral_intake.fhir.r4.datatypes import CodeableConcept, ContactPoint, HumanName, joined
from referral_intake.fhir.r4.element import Said
from referral_intake.form.child import Address

_FORMER_NAMES: Final = frozenset({"old", "maiden", "nickname", "anonymous", "temp"})
_MIDDLE: Final[Mapping[int, str]] = {4: "-07-01", 7: "-15"}
_KIND_OF_USE: Final[Mapping[str, AddressKind]] = {
    "home": AddressKind.HOME,
    "temp": AddressKind.TEMPORARY,
    "old": AddressKind.PREVIOUS,
    "work": AddressKind.OTHER,
    "billing": AddressKind.OTHER,
}


@dataclass(frozen=True)
class Names:
    """A person's name in the form's pieces, and every other name they go by."""

    first: Said[str] | None
    last: Said[str] | None
    others: tuple[Said[str], ...]
    covered: tuple[str, ...]


def names_of(names: Sequence[HumanName]) -> Names:
    """The name in use, the others as aliases. A text that says more than its parts is an alias, too."""
    main = next((name for name in names if name.use not in _FORMER_NAMES), names[0] if names else None)
    if main is None:
        return Names(None, None, (), ())
    first, last = joined(main.said_each("given"), " "), main.said("family")
    others = [whole for name in names if name is not main and (whole := name.whole())]
    if first is None and last is None:
        return Names(main.whole(), None, tuple(others), (main.path,))
    if _says_more(main):
        others.insert(0, Said(main.text or "", (f"{main.path}.text",)))
    covered = tuple(f"{main.path}.{name}" for name in ("use", "text", "prefix", "suffix"))
    return Names(first, last, tuple(others), covered)


def _says_more(name: HumanName) -> bool:
    parts = " ".join(part for part in (*name.prefix, *name.given, name.family, *name.suffix) if part)
    return name.text is not None and not set(name.text.casefold().split()) <= set(parts.casefold().split())


def telecoms(points: Sequence[ContactPoint], *systems: str) -> Said[str] | None:
    """The numbers or addresses in use, of these systems, in the sender's order."""
    found = [Said(point.value or "", (point.path,)) for point in points if point.in_use and point.system in systems]
    return joined(tuple(found), ", ")


def phone_of(points: Sequence[ContactPoint]) -> Said[str] | None:
    """The telephone numbers."""
    return telecoms(points, "phone", "sms")


def email_of(points: Sequence[ContactPoint]) -> Said[str] | None:
    """The e-mail addresses."""
    return telecoms(points, "email")


def words_of(concepts: Sequence[CodeableConcept]) -> Said[str] | None:
    """What a person would read of several concepts."""
    return joined(tuple(words for concept in concepts if (words := concept.words())), ", ")


def dates(said: Said[str] | None) -> dict[str, Tree]:
    """A date of birth. Of a year or a month the middle is taken, so that nobody is out by more than half; estimated."""
    if said is None:
        return {}
    middle = _MIDDLE.get(len(said.value), "")
    estimated = Said(True, said.places) if middle else None
    return {"date_of_birth": Said(said.value + middle, said.places), "estimated_date": estimated}


def day_of(said: Said[str] | None) -> Said[str] | None:
    """The day of a date and time; None when only the month or year is known."""
    return Said(said.value[:10], said.places) if said and len(said.value) >= len("2026-11-23") else None


def address_of(address: R4Address) -> Part:
    """An address, line by line."""
    lines = _lines(address, "city", "district", "state", "country")
    text = address.said("text")
    use = address.said("use")
    period = address.period
    fields: dict[str, Tree] = {
        **extras(Address, "address", address),
        "lines": lines or ((text,) if text else ()),
        "postcode": address.said("postal_code"),
        "kind": Said(_KIND_OF_USE[use.value], use.places) if use and use.value in _KIND_OF_USE else None,
        "lived_from": day_of(period.said("start")) if period else None,
        "lived_until": day_of(period.said("end")) if period else None,
    }
    repeated = ("type", "text", "city", "district", "state", "country") if lines else ("type",)
    return Part(address.path, fields, tuple(f"{address.path}.{name}" for name in repeated))


def one_line(address: R4Address) -> Said[str] | None:
    """An address in one line."""
    parts = _lines(address, "city", "district", "state", "postal_code")
    words = ", ".join(part.value for part in parts) or address.text
    return Said(words, (address.path,)) if words else None


def _lines(address: R4Address, *names: str) -> tuple[Said[str], ...]:
    """The lines and, where they do not say so already, the town and what else is asked for."""
    lines = address.said_each("line")
    written = {line.value.casefold() for line in lines}
    further = [said for name in names if (said := address.said(name)) and said.value.casefold() not in written]
    return (*lines, *further)

"""Names, numbers, dates and addresses: what R4 takes apart and the form writes in one piece, or the other way round."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.codes import AddressKind
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.datatypes import Address as R4Address
from referral_intake.fhir.r4.datatypes import ContactPoint, HumanName, is_former
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.times import day_in_london
from referral_intake.fhir.r4.values import Period
from referral_intake.fhir.r4.words import joined, listed, named, remarked, with_places
from referral_intake.form.child import Address

PRIVATE: Final = frozenset({None, "home", "mobile"})
AT_WORK: Final = frozenset({None, "work"})
"""Uses of a number that go without saying: of somebody's own number, and of somebody's at work."""

ANY_USE: Final = frozenset({None, "home", "work", "mobile", "old"})
KINDS_OF_NUMBER: Final[Mapping[str | None, str]] = {
    "phone": "phone number",
    "sms": "phone number",
    "email": "e-mail address",
}
_OTHER_NAMES: Final = frozenset({"old", "maiden", "nickname", "anonymous", "temp"})
_NAME_ORDER: Final = ("official", "usual", None)
_MIDDLE: Final[Mapping[int, str]] = {4: "-07-01", 7: "-15"}
_KIND_OF_USE: Final[Mapping[str, AddressKind]] = {
    "home": AddressKind.HOME,
    "temp": AddressKind.TEMPORARY,
    "old": AddressKind.PREVIOUS,
    "work": AddressKind.OTHER,
    "billing": AddressKind.OTHER,
}
_LIVED_AT: Final = frozenset({AddressKind.HOME, AddressKind.TEMPORARY})
_PLAIN_PLACES: Final = frozenset({None, "home", "work"})
_LAST: Final = 1_000
FORMER: Final = "former"
_LATER: Final = "later"


@dataclass(frozen=True)
class Names:
    """A person's name in the form's pieces, every other name they go by, and what is known of former ones."""

    first: Said[str] | None
    last: Said[str] | None
    others: tuple[Said[str], ...]
    covered: tuple[str, ...]
    history: tuple[Said[str], ...]


def names_of(names: Sequence[HumanName], day: date) -> Names:
    """The name in use, official before usual. Others are aliases, and so is a text that says more than its parts."""
    main = main_name(names, day)
    if main is None:
        return Names(None, None, (), (), ())
    rest = [name for name in names if name is not main]
    first, last = joined(main.said_each("given"), " "), main.said("family")
    others = [whole for name in rest if (whole := name.whole())]
    history = tuple(said for name in names if (said := _history_of_name(name)))
    covered = tuple(place for name in names for place in _understood_uses(name))
    if first is None and last is None:
        return Names(main.whole(), None, tuple(others), covered, history)
    if main.said("text"):
        whole = main.whole()
        if _says_more(main) and whole:
            others.insert(0, Said(main.text or "", (main.at("text"),)))
        else:
            covered += (main.at("text"),)
    covered += tuple(place for affix in _affixes(main) for place in affix.places if _is_in(affix, others))
    return Names(first, last, tuple(others), covered, history)


def main_name(names: Sequence[HumanName], day: date) -> HumanName | None:
    """The name in use: official, then usual, then any other that is no former one."""
    in_use = [name for name in names if not is_former(name, day) and name.use not in _OTHER_NAMES]
    ordered = sorted(in_use, key=lambda name: _NAME_ORDER.index(name.use))
    return next(iter(ordered), names[0] if names else None)


def whole_name(names: Sequence[HumanName], day: date) -> Said[str] | None:
    """The name in use, in one piece."""
    main = main_name(names, day)
    whole = main.whole() if main else None
    return with_places(whole, *_understood_uses(main)) if main else None


def telecoms(points: Sequence[ContactPoint], day: date, *systems: str, uses: frozenset[str | None]) -> Said[str] | None:
    """The numbers or addresses in use, of these systems, by rank and then in the sender's order."""
    found = [point for point in points if point.system in systems and point.said("value") and not is_former(point, day)]
    ordered = sorted(found, key=lambda point: point.rank if point.rank is not None else _LAST)
    return listed(number_of(point, uses=uses) for point in ordered)


def number_of(point: ContactPoint, *, uses: frozenset[str | None] = PRIVATE) -> Said[str] | None:
    """A number or address, with its use where that does not go without saying."""
    use = point.said("use") if point.use not in uses else None
    understood = [point.at("system"), *([point.at("use")] if use is None else [])]
    ranked = [point.at("rank")] if point.rank is not None else []
    return with_places(remarked(point.said("value"), use), *understood, *ranked)


def phone_of(points: Sequence[ContactPoint], day: date, *, uses: frozenset[str | None] = PRIVATE) -> Said[str] | None:
    """The telephone numbers."""
    return telecoms(points, day, "phone", "sms", uses=uses)


def email_of(points: Sequence[ContactPoint], day: date, *, uses: frozenset[str | None] = PRIVATE) -> Said[str] | None:
    """The e-mail addresses."""
    return telecoms(points, day, "email", uses=uses)


def dated_numbers(points: Sequence[ContactPoint], day: date) -> Iterator[Said[str]]:
    """Numbers and addresses that are no longer theirs, and since when they have the others."""
    for point in points:
        period, former = point.period.words() if point.period else None, is_former(point, day)
        if (former or period) and point.system in KINDS_OF_NUMBER and (said := number_of(point, uses=ANY_USE)):
            kind = KINDS_OF_NUMBER[point.system]
            when = era(point.period, day) if former else ""
            yield from _given(named(f"{when} {kind}".strip(), remarked(said, period)))


def era(period: Period | None, day: date) -> str:
    """What to call something that is not so on a day: it was so, or will be."""
    return _LATER if period is not None and period.is_to_come(day) else FORMER


def _given(said: Said[str] | None) -> Iterator[Said[str]]:
    if said:
        yield said


def words_of(concepts: Sequence[CodeableConcept]) -> Said[str] | None:
    """What a person would read of several concepts, in short."""
    return listed(concept.name() for concept in concepts)


def dates(said: Said[str] | None, day: date) -> dict[str, Tree]:
    """A date of birth. Of a year or a month the middle is taken, so that nobody is out by more than half; estimated.

    Of the month or year of ``day`` it is no later than that: who is born by then was not born after it.
    """
    if said is None:
        return {}
    whole = middle_of(said.value)
    today = day.isoformat()
    if whole > today and today.startswith(said.value):
        whole = today
    estimated = Said(True, said.places) if whole != said.value else None
    return {"date_of_birth": Said(whole, said.places), "estimated_date": estimated}


def middle_of(written: str) -> str:
    """A day as it is written; the one in the middle of a month or a year."""
    return written + _MIDDLE.get(len(written), "")


def day_of(said: Said[str] | None) -> Said[str] | None:
    """The day of a date, or in London of an instant; None when only the month or year is known."""
    day = day_in_london(said.value) if said else None
    return Said(day, said.places) if said and day else None


def address_of(address: R4Address, day: date) -> Part:
    """An address, line by line. One that ended is a previous one."""
    lines = _lines(address, "city", "district", "state", "country")
    further = address.said("text") if not lines or not _is_said_by(address, lines) else None
    period = address.period
    fields: dict[str, Tree] = {
        **extras(Address, "address", address),
        "lines": (*lines, *((further,) if further else ())),
        "postcode": address.said("postal_code"),
        "kind": _kind(address, day),
        "lived_from": day_of(period.said("start")) if period else None,
        "lived_until": day_of(period.said("end")) if period else None,
    }
    return Part(address.path, fields, tuple(_repeated(address, lines)))


def one_line(address: R4Address) -> Said[str] | None:
    """An address in one line."""
    lines = _lines(address, "city", "district", "state", "postal_code", "country")
    further = None if lines and _is_said_by(address, lines) else address.said("text")
    whole = joined((*lines, *((further,) if further else ())), ", ")
    period = address.period.words() if address.period else None
    use = address.said("use") if address.use not in _PLAIN_PLACES else None
    return with_places(remarked(whole, use, period), *_repeated(address, lines), address.at("use"))


def lived_at(addresses: Sequence[R4Address]) -> Said[str] | None:
    """Addresses in words, where no field holds them."""
    return listed((named("at", one_line(address)) for address in addresses), "; ")


def _kind(address: R4Address, day: date) -> Said[str] | None:
    kind = _KIND_OF_USE.get(address.use or "")
    places = [address.at("use")] if address.use else []
    if address.type == "postal":
        return Said(AddressKind.OTHER, (*places, address.at("type")))
    if is_former(address, day) and address.use != "old" and kind in {*_LIVED_AT, None}:
        is_over = address.period is not None and address.period.has_ended(day)
        kind = AddressKind.PREVIOUS if is_over else AddressKind.OTHER
    return Said(kind.value, tuple(places)) if kind else None


def _repeated(address: R4Address, lines: Sequence[Said[str]]) -> Iterator[str]:
    """Places that say again what the lines say."""
    if address.type != "postal":
        yield address.at("type")
    written = {line.value.casefold() for line in lines}
    names = ("city", "district", "state", "country")
    yield from (said.places[0] for name in names if (said := address.said(name)) and said.value.casefold() in written)
    if lines and _is_said_by(address, lines):
        yield address.at("text")


def _is_said_by(address: R4Address, lines: Sequence[Said[str]]) -> bool:
    """Whether the lines and the postcode say all that the text does."""
    whole = " ".join((*(line.value for line in lines), address.postal_code or ""))
    return set(_tokens(address.text or "")) <= set(_tokens(whole))


def _tokens(text: str) -> list[str]:
    return text.casefold().replace(",", " ").split()


def _lines(address: R4Address, *names: str) -> tuple[Said[str], ...]:
    """The lines and, where they do not say so already, the town and what else is asked for."""
    lines = address.said_each("line")
    written = {line.value.casefold() for line in lines}
    further = [said for name in names if (said := address.said(name)) and said.value.casefold() not in written]
    return (*lines, *further)


def _says_more(name: HumanName) -> bool:
    parts = " ".join(part for part in (*name.prefix, *name.given, name.family, *name.suffix) if part)
    return name.text is not None and not set(name.text.casefold().split()) <= set(parts.casefold().split())


def _affixes(name: HumanName) -> tuple[Said[str], ...]:
    return (*name.said_each("prefix"), *name.said_each("suffix"))


def _is_in(affix: Said[str], others: Sequence[Said[str]]) -> bool:
    return any(affix.value.casefold() in other.value.casefold().split() for other in others)


def _understood_uses(name: HumanName) -> tuple[str, ...]:
    """A use that decided where the name stands; all others are said in the history."""
    return (name.at("use"),) if name.use in ("official", "usual", "nickname") else ()


def _history_of_name(name: HumanName) -> Said[str] | None:
    """Since when and until when somebody was called so, and what kind of name it is."""
    period = name.period.words() if name.period else None
    use = name.said("use") if name.use in ("old", "maiden", "anonymous", "temp") else None
    return remarked(named("name", name.whole()), use, period) if period or use else None

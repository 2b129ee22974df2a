"""What somebody has written so far: raw answers by their place, and the entries of each list; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from triage_ui.drafts.model import Fields
from triage_ui.pages.refer.form.model import DAY_PARTS, Box, Kind, Question, Section
from triage_ui.pages.refer.form.whole import FORM, find_section
from triage_ui.shell.formats import day, label

MOST_ENTRIES: Final = 60
"""Of one list: what a page can show. How many a referral may have, intake says."""
_ENTRIES: Final = "entries of "
_MADE: Final = "made of "
_YES: Final = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True)
class Place:
    """One page of the form: a question, and the entry it is asked about; 0 where it is asked once."""

    section: Section
    question: Question
    number: int = 0

    @property
    def path(self) -> str:
        """Its address within the form."""
        entry = f"/{self.number}" if self.section.entries else ""
        return f"{self.section.slug}{entry}/{self.question.slug}"

    @property
    def prefix(self) -> str:
        """Where its answers stand."""
        return f"{self.section.entries}/{self.number}/" if self.section.entries else ""


@dataclass(frozen=True)
class Answers:
    """The answers of one page, by the names that its boxes have there; forms read them as they read a draft."""

    fields: Fields
    place: Place

    def get(self, name: str) -> str:
        """The last value of a field; empty when it is absent."""
        return (self.all(name) or [""])[-1]

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.fields.get(_key(self.place, name), [])


def numbers_of(fields: Fields, section: Section) -> list[int]:
    """The entries of a list, in their order."""
    return [int(number) for number in fields.get(_ENTRIES + section.slug, [])]


def places_of(fields: Fields, section: Section) -> Iterator[Place]:
    """Every page of a section."""
    for number in numbers_of(fields, section) if section.entries else (0,):
        for question in section.questions:
            yield Place(section, question, number)


def all_places(fields: Fields) -> Iterator[Place]:
    """Every page of the form, in order."""
    for section in FORM:
        yield from places_of(fields, section)


def next_of(place: Place) -> Place | None:
    """The page that follows in the same section, about the same entry."""
    following = place.section.after(place.question)
    return replace(place, question=following) if following else None


def place_of(path: str) -> Place | None:
    """The page of a path within the form, whatever was written; None for a path of no page."""
    slug, *number, question = path.split("/")
    section = find_section(slug)
    asked = section.find(question) if section else None
    return Place(section, asked, int(number[0]) if number else 0) if section and asked else None


def find_place(section: Section, number: int, slug: str, fields: Fields) -> Place | None:
    """A page; None when there is no such question, or no such entry was ever made."""
    question = section.find(slug)
    if question is None or bool(section.entries) != bool(number):
        return None
    return Place(section, question, number) if number <= _made(fields, section) else None


def with_answers(fields: Fields, place: Place, given: Fields) -> Fields:
    """The same with what one page says now. An entry that was removed elsewhere meanwhile is back, with its words."""
    names = [name for box in place.question.boxes for name in box.names]
    kept = {key: value for key, value in fields.items() if key not in {_key(place, name) for name in names}}
    said = {_key(place, name): given[name] for name in names if any(given.get(name, ()))}
    if place.number and place.number not in numbers_of(fields, place.section):
        numbers = sorted([*numbers_of(fields, place.section), place.number])
        kept[_ENTRIES + place.section.slug] = list(map(str, numbers))
    return {**kept, **said}


def with_entry(fields: Fields, section: Section) -> tuple[Fields, int]:
    """The same with one more entry, and its number; no number is ever given twice."""
    numbers = numbers_of(fields, section)
    if len(numbers) >= MOST_ENTRIES:
        return fields, numbers[-1]
    number = _made(fields, section) + 1
    made = {_MADE + section.slug: [str(number)], _ENTRIES + section.slug: [*map(str, numbers), str(number)]}
    return {**fields, **made}, number


def without_entry(fields: Fields, section: Section, number: int) -> Fields:
    """The same without an entry and all that was said of it."""
    prefix = f"{section.entries}/{number}/"
    kept = {key: value for key, value in fields.items() if not key.startswith(prefix)}
    left = [str(one) for one in numbers_of(fields, section) if one != number]
    return {**kept, _ENTRIES + section.slug: left}


def entry_name(fields: Fields, section: Section, number: int) -> str:
    """What an entry is called by what was said of it; empty when nothing was."""
    said = (" ".join(fields.get(f"{section.entries}/{number}/{name}", [])) for name in section.names)
    return " ".join(filter(None, (words.strip() for words in said)))


def values_of(fields: Fields, place: Place, box: Box) -> list[str]:
    """What was written into a box, without the empty; of a day its three parts, also the empty ones."""
    parts = [Answers(fields, place).get(name).strip() for name in box.names]
    if box.kind is Kind.DAY:
        return parts if any(parts) else []
    return [value for value in Answers(fields, place).all(box.name) if value.strip()]


def written_day(parts: list[str]) -> str:
    """A day as it is sent. What is no day goes as it was written, and intake says so."""
    found = dict(zip(DAY_PARTS, parts, strict=True))
    return f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"


def is_no_day(fields: Fields, place: Place, box: Box) -> bool:
    """Whether something was written for a day that is none."""
    parts = values_of(fields, place, box) if box.kind is Kind.DAY else []
    try:
        date.fromisoformat(written_day(parts) if parts else str(date.min))
    except ValueError:
        return True
    return False


def shown(fields: Fields, place: Place, box: Box) -> str:
    """An answer in words; empty when there is none."""
    values = values_of(fields, place, box)
    if not values:
        return ""
    if box.kind is Kind.DAY:
        return day(written_day(values))
    if box.kind is Kind.YES_NO:
        return _YES.get(values[-1], values[-1])
    return "\n".join(label(value, box.codes) for value in values) if box.codes else "\n".join(values)


def is_begun(fields: Fields, place: Place) -> bool:
    """Whether something was written on a page."""
    return any(values_of(fields, place, box) for box in place.question.boxes)


def _made(fields: Fields, section: Section) -> int:
    return int((fields.get(_MADE + section.slug) or ["0"])[-1])


def _key(place: Place, name: str) -> str:
    return f"{place.prefix}{name}"

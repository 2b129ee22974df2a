"""What the task list and the page to check show of a draft; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from triage_ui.drafts.model import Fields
from triage_ui.pages.refer.form.model import Section
from triage_ui.pages.refer.form.whole import FORM
from triage_ui.pages.refer.problems import Trouble, troubles_of
from triage_ui.pages.refer.written import Place, entry_name, is_begun, numbers_of, place_of, places_of, shown
from triage_ui.shell.formats import mid_sentence


@dataclass(frozen=True)
class Task:
    """One page in the list."""

    place: Place
    begun: bool
    troubled: bool


@dataclass(frozen=True)
class Entry:
    """One entry of a list, or all that is asked once. ``name`` is what was said of it, or nothing."""

    number: int
    heading: str
    name: str
    tasks: Sequence[Task]


@dataclass(frozen=True)
class Group:
    """One section of the list."""

    section: Section
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Said:
    """One answer, and the page where it is changed."""

    name: str
    value: str
    path: str
    box: str


@dataclass(frozen=True)
class Part:
    """The answers of one entry."""

    heading: str
    rows: Sequence[Said]


def groups_of(fields: Fields) -> list[Group]:
    """The whole task list."""
    troubled = {one.path for one in troubles_of(fields)}
    return [Group(section, _entries(fields, section, troubled)) for section in FORM]


def parts_of(fields: Fields) -> list[Part]:
    """Every answer, in order; an entry of which nothing was said yet stands there without answers."""
    found = []
    for group in groups_of(fields):
        for entry in group.entries:
            rows = [row for task in entry.tasks for row in _rows(fields, task.place)]
            if rows or group.section.entries:
                found.append(Part(entry.heading, rows))
    return found


def unanswered(fields: Fields) -> list[Task]:
    """Pages on which nothing is written."""
    return [task for group in groups_of(fields) for entry in group.entries for task in entry.tasks if not task.begun]


def words_of(parts: Sequence[Part]) -> list[str]:
    """Answers as text, one after the other, each with its heading."""
    return [f"{part.heading}: {row.name}\n{row.value}" for part in parts for row in part.rows]


def heading_of(fields: Fields, section: Section, number: int) -> str:
    """``Child 2``; the section's title for what is asked once."""
    if not section.entries:
        return section.title
    return f"{section.one.capitalize()} {numbers_of(fields, section).index(number) + 1}"


def summary_of(fields: Fields) -> list[tuple[str, str]]:
    """What to put right, each with where: the page within the form, and whose question it is."""
    return [(one.address, f"{_whose(fields, one)}{one.advice}") for one in troubles_of(fields)]


def _whose(fields: Fields, trouble: Trouble) -> str:
    place = place_of(trouble.path) if trouble.path else None
    if place is None:
        return ""
    box = next(box for box in place.question.boxes if box.names[0] == trouble.box)
    name = box.label.rstrip("?")
    entry = f"{heading_of(fields, place.section, place.number)}, " if place.number else ""
    return f"{entry}{mid_sentence(name) if entry else name}: "


def _entries(fields: Fields, section: Section, troubled: set[str]) -> list[Entry]:
    tasks: dict[int, list[Task]] = {}
    for place in places_of(fields, section):
        task = Task(place, is_begun(fields, place), place.path in troubled)
        tasks.setdefault(place.number, []).append(task)
    return [
        Entry(number, heading_of(fields, section, number), entry_name(fields, section, number), found)
        for number, found in tasks.items()
    ]


def _rows(fields: Fields, place: Place) -> list[Said]:
    found = ((box, shown(fields, place, box)) for box in place.question.boxes)
    return [Said(box.label, value, place.path, box.names[0]) for box, value in found if value]

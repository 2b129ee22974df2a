"""What intake refused: kept with the answers until each is put right, and shown where it belongs; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from triage_ui.drafts.model import Fields
from triage_ui.pages.refer.body import find_asked
from triage_ui.pages.refer.form.model import Section
from triage_ui.pages.refer.form.whole import FORM
from triage_ui.pages.refer.written import Place, is_no_day
from triage_ui.services.caller import FieldProblem

_REFUSED: Final = "refused"
_NO_DAY: Final = "Write a day that there is, with its month and year in numbers"
"""Intake takes a day in one piece, and says so; here it is written in three."""


@dataclass(frozen=True)
class Trouble:
    """One thing to put right, and what to do: its page and box within the form.

    Without a page, the box is the part of the task list to which something has to be added, or empty.
    """

    path: str
    box: str
    advice: str

    @property
    def address(self) -> str:
        """Where it is put right, within the form; in the task list where no page has it."""
        return f"/{self.path}#{self.box}" if self.path else f"#{self.box or 'tasks'}"


def with_refusal(fields: Fields, errors: Sequence[FieldProblem]) -> Fields:
    """The same with what was refused, by page and box: entries may come and go before it is put right."""
    return _with(fields, [_trouble(fields, one) for one in errors])


def without_refusal(fields: Fields) -> Fields:
    """The same as if nothing was refused."""
    return _with(fields, ())


def troubles_of(fields: Fields) -> list[Trouble]:
    """Everything to put right, in the order in which intake names it."""
    return [_read(one) for one in fields.get(_REFUSED, ())]


def mistakes_on(fields: Fields, place: Place) -> Mapping[str, str]:
    """What to put right on one page, by the name of the box."""
    return {one.box: one.advice for one in reversed(troubles_of(fields)) if one.path == place.path}


def settled(fields: Fields, place: Place) -> Fields:
    """The same without what was refused on a page that was written again."""
    return _with(fields, [one for one in troubles_of(fields) if one.path not in ("", place.path)])


def forgotten(fields: Fields, section: Section, number: int) -> Fields:
    """The same without what was refused of an entry that is gone."""
    gone = f"{section.slug}/{number}/"
    return _with(fields, [one for one in troubles_of(fields) if one.path and not one.path.startswith(gone)])


def _trouble(fields: Fields, error: FieldProblem) -> Trouble:
    asked = find_asked(fields, error.pointer)
    if asked is not None:
        advice = _NO_DAY if is_no_day(fields, asked.place, asked.box) else error.detail
        return Trouble(asked.place.path, asked.box.names[0], advice)
    section = next((one for one in FORM if one.entries and error.pointer == f"/{one.entries}"), None)
    return Trouble("", section.slug if section else "", error.detail)


def _with(fields: Fields, troubles: Sequence[Trouble]) -> Fields:
    kept = {name: values for name, values in fields.items() if name != _REFUSED}
    return {**kept, _REFUSED: [_written(one) for one in troubles]} if troubles else kept


def _written(trouble: Trouble) -> str:
    return f"{trouble.path}#{trouble.box}#{trouble.advice}"


def _read(written: str) -> Trouble:
    path, box, advice = written.split("#", 2)
    return Trouble(path, box, advice)

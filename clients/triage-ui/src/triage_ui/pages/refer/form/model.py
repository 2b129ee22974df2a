"""What a question is: its page, its boxes, and where each answer stands in a referral."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a box is filled in."""

    LINE = "line"
    NARRATIVE = "narrative"
    LINES = "lines"
    YES_NO = "yes-no"
    ONE = "one"
    SELECT = "select"
    SEVERAL = "several"
    DAY = "day"
    NUMBER = "number"


DAY_PARTS: Final = ("day", "month", "year")


@dataclass(frozen=True)
class Box:
    """One thing that is asked. ``path`` is where the answer stands, from the referral or from one entry of a list."""

    path: str
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    codes: str = ""
    shown_for: str = ""
    autocomplete: str = ""

    @property
    def name(self) -> str:
        """What it is called on its page."""
        return self.path.replace("/", "-")

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that a browser sends for it."""
        return tuple(f"{self.name}-{part}" for part in DAY_PARTS) if self.kind is Kind.DAY else (self.name,)


@dataclass(frozen=True)
class Question:
    """One page."""

    slug: str
    title: str
    boxes: tuple[Box, ...]
    hint: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Section:
    """Questions that stand together in the task list; those of a list are asked for each of its entries.

    ``entries`` is the list's field in a referral and ``one`` what an entry is called; empty for questions asked once.
    """

    slug: str
    title: str
    questions: tuple[Question, ...]
    entries: str = ""
    one: str = ""
    hint: str = ""
    names: Sequence[str] = ()

    def find(self, slug: str) -> Question | None:
        """The question of a slug."""
        return next((question for question in self.questions if question.slug == slug), None)

    def after(self, question: Question) -> Question | None:
        """The question that follows one."""
        place = self.questions.index(question) + 1
        return self.questions[place] if place < len(self.questions) else None

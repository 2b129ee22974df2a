"""The queue: what a line of it shows, how it is narrowed, and how many cases each way of narrowing would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from contracts.codes import CaseNews, Code, Rating, RatingReason
from triage.model.case import Assignment, CaseState, WaitsFor, state_of


class AssignedTo(Code):
    """Who has a case, seen from the person who asks."""

    ME = "me", "Assigned to you"
    MY_TEAM = "my-team", "With others of your team"
    OTHERS = "others", "With another team"
    NOBODY = "nobody", "Not assigned"


class Urgency(Code):
    """The rating of a case, or that it has none."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"
    BLUE = "blue", "Blue"
    UNRATED = "unrated", "Not rated yet"


class Due(Code):
    """Where a case is in its time."""

    OVERDUE = "overdue", "Overdue"
    IN_TIME = "in-time", "In time"
    NO_LIMIT = "no-limit", "Nothing due"


class NewsSeen(Code):
    """Whether somebody of triage has looked at all that is new in a case."""

    UNSEEN = "unseen", "Has news nobody has opened"
    SEEN = "seen", "No unopened news"


@dataclass(frozen=True)
class Narrowing:
    """Which cases are wanted; None: whatever it is."""

    rating: Urgency | None = None
    waits_for: WaitsFor | None = None
    assigned: AssignedTo | None = None
    due: Due | None = None
    news: NewsSeen | None = None


@dataclass(frozen=True)
class Cell:
    """How many cases are alike in everything that narrows."""

    rating: Urgency
    waits_for: WaitsFor
    assigned: AssignedTo
    due: Due
    news: NewsSeen
    cases: int


@dataclass(frozen=True)
class QueueMark:
    """A place in the queue, after which a page begins. ``at``: when a case is due, or was closed; None: nothing is due.

    It is a place and no case: it stays where it is when the case that stood there was worked on.
    """

    at: datetime | None
    received_at: datetime
    case_id: UUID


@dataclass(frozen=True)
class QueueItem:
    """One line of the queue: codes, counts and times only.

    ``due_at`` is when the step that the case waits for is due: a decision, the offer or the acceptance of a handover,
    or that a person is done with news. None when the case only waits to be closed. ``deciding_again`` counts children
    with a decision that somebody recommends to supersede, ``stale`` those whose decision was made without what is
    known now. ``unseen_news`` is what nobody of triage has looked at, oldest first; ``unseen_danger`` that some of it
    says that a child is in danger now. ``unanswered`` are the agencies of ``requests_outstanding``, ``requests_made``
    counts all. What this person has seen: ``looked_at``, the ``looked_version``, and the ``news_since``.
    """

    case_id: UUID
    reference: str
    agency: str
    waits_for: WaitsFor
    rating: Rating | None
    suggested_rating: Rating
    suggestion_reasons: tuple[RatingReason, ...]
    received_at: datetime
    decision_due_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    children: int
    undecided: int
    deciding_again: int
    stale: int
    handovers_outstanding: int
    requests_made: int
    requests_outstanding: int
    unanswered: tuple[str, ...]
    questions_outstanding: int
    immediate_danger: bool
    unseen_news: tuple[CaseNews, ...]
    unseen_danger: bool
    news_at: datetime | None
    reopened_at: datetime | None
    version: int
    changed_version: int
    assignment: Assignment
    looked_at: datetime | None
    looked_version: int
    news_since: tuple[CaseNews, ...]

    @property
    def state(self) -> CaseState:
        """How far the case is."""
        return state_of(
            closed=self.closed_at is not None,
            undecided=self.undecided + self.deciding_again > 0,
            handovers=self.handovers_outstanding > 0,
            rated=self.rating is not None,
        )

    @property
    def changed_since(self) -> bool:
        """Whether something happened to the case since this person last opened it; True for one never opened."""
        return self.changed_version > self.looked_version

    @property
    def mark(self) -> QueueMark:
        """Where the queue goes on after this line."""
        return QueueMark(self.closed_at or self.due_at, self.received_at, self.case_id)


Counts = Mapping[str, Mapping[Code, int]]
"""By the name of what narrows: how many cases each of its values would leave."""

FACETS: Mapping[str, type[Code]] = {
    "rating": Urgency,
    "waits_for": WaitsFor,
    "assigned": AssignedTo,
    "due": Due,
    "news": NewsSeen,
}


def counts_of(cells: Sequence[Cell], narrowing: Narrowing) -> Counts:
    """For each value of each filter: how many cases there would be with it, the other filters staying as they are."""
    return {
        name: {value: sum(cell.cases for cell in cells if _fits(cell, narrowing, name, value)) for value in values}
        for name, values in FACETS.items()
    }


def total_of(cells: Sequence[Cell], narrowing: Narrowing) -> int:
    """How many cases are wanted."""
    return sum(cell.cases for cell in cells if _matches(cell, narrowing, besides=""))


def _fits(cell: Cell, narrowing: Narrowing, name: str, value: Code) -> bool:
    return getattr(cell, name) is value and _matches(cell, narrowing, besides=name)


def _matches(cell: Cell, narrowing: Narrowing, *, besides: str) -> bool:
    wanted = ((one.name, getattr(narrowing, one.name)) for one in fields(narrowing) if one.name != besides)
    return all(value is None or getattr(cell, name) is value for name, value in wanted)

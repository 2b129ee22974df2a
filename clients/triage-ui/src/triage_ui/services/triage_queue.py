"""What the client reads of triage's queue, and of who has which case."""

from datetime import datetime
from uuid import UUID

from triage_ui.services.caller import Read


class Named(Read):
    """A code and what a person reads."""

    code: str
    label: str


class QueueLine(Read):
    """One case in the queue: codes, counts and times."""

    case_id: UUID
    reference: str
    agency: str
    state: str
    waits_for: Named
    rating: str | None
    suggested_rating: str
    due_at: datetime | None
    seconds_left: int | None
    overdue: bool
    closed_at: datetime | None
    children: int
    children_undecided: int
    children_deciding_again: int
    children_stale: int
    requests_made: int
    agencies_unanswered: tuple[str, ...]
    questions_outstanding: int
    handovers_outstanding: int
    immediate_danger: bool
    unseen_news: tuple[Named, ...]
    unseen_danger: bool
    reopened_at: datetime | None
    worker: str | None
    team: str | None
    is_mine: bool
    last_looked_at: datetime | None
    changed_since_look: bool
    news_since_look: tuple[Named, ...]
    version: int


class FilterCount(Read):
    """One value of a filter, and how many cases it would leave."""

    value: str
    label: str
    count: int


class FilterCounts(Read):
    """By filter, each named as the query parameter is."""

    rating: tuple[FilterCount, ...]
    waits_for: tuple[FilterCount, ...]
    assigned: tuple[FilterCount, ...]
    due: tuple[FilterCount, ...]
    news: tuple[FilterCount, ...]


class QueuePage(Read):
    """A page of the queue, and all counts, as they were at one moment."""

    cases: tuple[QueueLine, ...]
    as_at: datetime
    total: int
    counts: FilterCounts
    counted: int | None
    next: str | None
    previous: str | None


class WorkerLine(Read):
    """One of the front door team; the issuer alone knows names."""

    worker: str
    team: str
    roles: tuple[str, ...]
    open_cases: int
    is_me: bool


class WorkersView(Read):
    """Whom a case can be given to."""

    workers: tuple[WorkerLine, ...]


class RowProblem(Read):
    """Why a case was not given to somebody."""

    title: str


class RowView(Read):
    """What became of one case of many."""

    case_id: UUID
    problem: RowProblem | None


class AssignmentsView(Read):
    """A result for each case."""

    assigned: int
    refused: int
    results: tuple[RowView, ...]

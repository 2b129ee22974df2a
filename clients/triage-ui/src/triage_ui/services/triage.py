"""What the client reads of triage, and the commands it gives it."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from triage_ui.services.caller import Answer, Caller, Read

SERVICE = "triage"


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


class ActLine(Read):
    """One act on a case: offered to this reader, or why not and who can."""

    act: str
    about: UUID | None
    offered: bool
    words: str | None
    roles: tuple[str, ...]
    sign_in_again: bool


class ChildLine(Read):
    """One child of a case; who it is stands in the document."""

    child_id: UUID
    unborn: bool
    decided: bool
    deciding_again: bool
    decision_stale: bool


class NewsLine(Read):
    """Something new in a case."""

    what: str
    label: str
    edition: int | None
    request_id: UUID | None
    handover_id: UUID | None
    told_at: datetime
    immediate_danger: bool
    seen_by: str | None
    seen_at: datetime | None


class QuestionLine(Read):
    """How far the sender is with a question."""

    question_id: UUID
    agency: str
    state: str
    overdue: bool
    asked_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None


class RatingLine(Read):
    """One rating the case has had."""

    rating: str
    previous_rating: str | None
    rationale: str | None
    rated_by: str
    rated_at: datetime


class StatementLine(Read):
    """One thing that an agency said, in codes and times."""

    revision: int
    statement: str
    answer: str | None
    said_at: datetime


class RequestLine(Read):
    """How far one agency is with what it was asked."""

    request_id: UUID
    agency: str
    state: str
    overdue: bool
    lawful_basis: str
    requested_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    answer: str | None
    refusal_ground: str | None
    statements: tuple[StatementLine, ...]


class RecommendationLine(Read):
    """What was recommended for a child; open while ``settled`` is empty."""

    recommendation_id: UUID
    child_id: UUID
    outcome: str
    level: str
    rationale: str
    recommended_by: str
    recommended_at: datetime
    supersedes: UUID | None
    supersedes_reason: str | None
    settled: str | None
    settled_at: datetime | None
    settled_rationale: str | None


class DecisionLine(Read):
    """One decision for a child. The one that nothing supersedes stands."""

    decision_id: UUID
    child_id: UUID
    outcome: str
    level: str
    team: str | None
    rationale: str
    decided_at: datetime
    superseded_by: UUID | None
    stale: bool


class HandoverLine(Read):
    """Children offered to a team."""

    handover_id: UUID
    team: str
    state: str
    child_ids: tuple[UUID, ...]
    decision_ids: tuple[UUID, ...]
    offered_at: datetime
    accept_due_at: datetime
    overdue: bool
    delivered_at: datetime | None
    opened_at: datetime | None
    accepted_at: datetime | None
    returned_at: datetime | None
    return_reason: str | None
    return_note: str | None
    withdrawn_at: datetime | None


class ClockLine(Read):
    """A time limit of the case, as the service counts it."""

    name: str
    about_id: UUID
    due_at: datetime
    started_at: datetime
    stopped_at: datetime | None
    seconds_left: int | None
    late: bool


class CaseView(Read):
    """A case with all that happened to it."""

    case_id: UUID
    referral_id: UUID
    reference: str
    agency: str
    partnership: str
    state: str
    received_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    closed_reason: str | None
    reopened_at: datetime | None
    rating: str | None
    suggested_rating: str
    suggestion_reasons: tuple[Named, ...]
    decision_due_at: datetime
    seconds_left: int | None
    overdue: bool
    immediate_danger: bool
    concern_types: tuple[str, ...]
    missing_information: tuple[Named, ...]
    previous_referral_id: UUID | None
    children: tuple[ChildLine, ...]
    news: tuple[NewsLine, ...]
    questions: tuple[QuestionLine, ...]
    ratings: tuple[RatingLine, ...]
    requests: tuple[RequestLine, ...]
    recommendations: tuple[RecommendationLine, ...]
    decisions: tuple[DecisionLine, ...]
    handovers: tuple[HandoverLine, ...]
    clocks: tuple[ClockLine, ...]
    waits_for: Named
    worker: str | None
    team: str | None
    last_looked_at: datetime | None
    acts: tuple[ActLine, ...]


class StatementView(Read):
    """One thing that an agency said, with its words."""

    revision: int
    statement: str
    said_at: datetime
    answer: str | None
    content: str | None
    refusal_ground: str | None
    refusal_reason: str | None
    reason: str | None


class RequestView(Read):
    """What an agency was asked, and all that it said."""

    request_id: UUID
    reference: str
    agency: str
    state: str
    overdue: bool
    lawful_basis_label: str
    question: str
    child_ids: tuple[UUID, ...]
    requested_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answer: str | None
    revision: int | None
    statements: tuple[StatementView, ...]


class ListedRequest(Read):
    """One line of an agency's list."""

    request_id: UUID
    reference: str
    requested_at: datetime
    due_at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None
    overdue: bool


class RequestPage(Read):
    """What an agency was asked, newest first."""

    requests: tuple[ListedRequest, ...]
    next: str | None


class Decided(Read):
    """A later decision, which a handover does not hand over."""

    outcome: str
    level: str
    decided_at: datetime


class HandedChild(Read):
    """One child of a handover, and what was decided."""

    child_id: UUID
    outcome: str
    level: str
    rationale: str
    decided_again: Decided | None


class HandoverView(Read):
    """What a team is offered."""

    handover_id: UUID
    case_id: UUID
    reference: str
    team: str
    state: str
    summary: str
    children: tuple[HandedChild, ...]
    document_url: str
    offered_at: datetime
    accept_due_at: datetime
    overdue: bool
    accepted_at: datetime | None
    returned_at: datetime | None
    return_reason: str | None
    return_note: str | None
    withdrawn_at: datetime | None


class Done(Read):
    """A command took effect. What a page shows next it reads again."""


class Triage:
    """Triage, as one person asks it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def queue(self, query: dict[str, str]) -> QueuePage:
        """A page of the queue of one's own partnership."""
        return (await self._caller.get(SERVICE, "/v1/cases", QueuePage, query=query)).body

    async def case(self, case_id: UUID, *, purpose: str) -> Answer[CaseView]:
        """A case; the look is recorded."""
        return await self._caller.get(SERVICE, f"/v1/cases/{case_id}", CaseView, purpose=purpose)

    async def workers(self) -> tuple[WorkerLine, ...]:
        """Whom a case can be given to."""
        return (await self._caller.get(SERVICE, "/v1/workers", WorkersView)).body.workers

    async def assign_many(self, body: object, *, key: str) -> AssignmentsView:
        """Give many cases to one person; each has a result of its own."""
        return (await self._caller.post(SERVICE, "/v1/assignments", AssignmentsView, body=body, key=key)).body

    def changes(self) -> AsyncIterator[str]:
        """The lines of the live feed, until the token ends."""
        return self._caller.lines(SERVICE, "/v1/queue/changes")

    async def request(self, request_id: UUID, *, purpose: str | None = None) -> RequestView:
        """What an agency was asked and said; agencies need no purpose, they come to answer."""
        path = f"/v1/information-requests/{request_id}"
        return (await self._caller.get(SERVICE, path, RequestView, purpose=purpose)).body

    async def requests(self, query: dict[str, str]) -> RequestPage:
        """What one's own agency was asked."""
        return (await self._caller.get(SERVICE, "/v1/information-requests", RequestPage, query=query)).body

    async def handover(self, handover_id: UUID, *, purpose: str) -> HandoverView:
        """What a team is offered; the look is recorded."""
        path = f"/v1/handovers/{handover_id}"
        return (await self._caller.get(SERVICE, path, HandoverView, purpose=purpose)).body

    async def act_on_case(self, case_id: UUID, act: str, body: object, *, version: str, key: str) -> None:
        """A command to a case as it was seen at ``version``."""
        path = f"/v1/cases/{case_id}/{act}"
        await self._caller.post(SERVICE, path, Done, body=body, version=version, key=key)

    async def act_on_request(self, request_id: UUID, act: str, body: object, *, key: str) -> None:
        """What one's agency says to a request."""
        path = f"/v1/information-requests/{request_id}/{act}"
        await self._caller.post(SERVICE, path, Done, body=body, key=key)

    async def act_on_handover(self, handover_id: UUID, act: str, body: object, *, key: str) -> None:
        """What one's team says to a handover."""
        await self._caller.post(SERVICE, f"/v1/handovers/{handover_id}/{act}", Done, body=body, key=key)

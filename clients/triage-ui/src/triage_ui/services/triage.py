"""Triage: what the client reads of requests and handovers, and the commands it gives."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from triage_ui.services.caller import Answer, Caller, Read
from triage_ui.services.triage_case import CaseView
from triage_ui.services.triage_queue import AssignmentsView, QueuePage, WorkerLine, WorkersView

SERVICE = "triage"


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


class QuestionView(Read):
    """What the front door team asks about a referral of one's own agency."""

    question_id: UUID
    referral_id: UUID
    reference: str
    question: str
    overdue: bool
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None


class OpenQuestion(Read):
    """One question that waits for one's own agency."""

    question_id: UUID
    referral_id: UUID
    reference: str
    asked_at: datetime
    due_at: datetime
    overdue: bool


class OpenQuestions(Read):
    """Questions that wait, newest first."""

    questions: tuple[OpenQuestion, ...]
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

    async def question(self, question_id: UUID) -> QuestionView:
        """A question about a referral of one's own agency; the look is recorded."""
        return (await self._caller.get(SERVICE, f"/v1/questions/{question_id}", QuestionView)).body

    async def questions(self) -> OpenQuestions:
        """The newest questions that wait for one's own agency."""
        return (await self._caller.get(SERVICE, "/v1/questions", OpenQuestions)).body

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

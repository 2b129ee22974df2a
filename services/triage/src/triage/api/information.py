"""``…/information-requests``: asking agencies, what they were asked, and all that they said to it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi.responses import Response
from pydantic import ConfigDict, Field

from chassis.web.access import unwrap
from chassis.web.commands import Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.codes import Answer, LawfulBasis, RefusalGround
from contracts.events import InformationRequested
from triage import handlers, store
from triage.api import examples
from triage.api.cases import WRITE_PROBLEMS
from triage.api.dependencies import Agency, Code, Form, Injected, StaffOrAgency, View, Words, Writer, tagged
from triage.api.paging import Cursor, PageSize, read_place, write_cursor
from triage.handlers import Recorded, RequestFile
from triage.model import AnswerRevision, Ask, ListedRequest, RequestState, Statement, request_state

router = ServiceRouter(prefix="/v1", tags=["information requests"])


class AskForm(Form):
    """A question to one agency of the pack, and the ground on which it is asked."""

    agency: Code
    lawful_basis: LawfulBasis
    question: Words
    child_ids: tuple[UUID, ...] = Field(default=(), max_length=50, description="Empty: every child of the case.")


class AskedView(View):
    """The question is on its way."""

    case_id: UUID
    version: int
    request_id: UUID
    agency: str
    due_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of a request that was recorded."""
        requested = recorded.get(InformationRequested)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            request_id=requested.request_id,
            agency=requested.agency,
            due_at=requested.due_at,
        )


class StatementView(View):
    """One thing that the agency said. Empty fields: it took its answer back."""

    revision: int
    statement: Statement
    said_by: str
    said_at: datetime
    answer: Answer | None
    content: str | None
    refusal_ground: RefusalGround | None
    refusal_reason: str | None
    reason: str | None = Field(description="Why it corrected or withdrew what it had said.")

    @classmethod
    def of(cls, said: AnswerRevision) -> Self:
        """The same, as shown."""
        reply = said.reply
        return cls(
            revision=said.revision,
            statement=said.statement,
            said_by=said.said_by,
            said_at=said.said_at,
            answer=reply.answer if reply else None,
            content=reply.content if reply else None,
            refusal_ground=reply.refusal_ground if reply else None,
            refusal_reason=reply.refusal_reason if reply else None,
            reason=said.reason,
        )


class RequestView(View):
    """A question, the answer that stands once there is one, and all that was said before it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REQUEST]})

    request_id: UUID
    reference: str
    agency: str
    state: RequestState
    overdue: bool
    lawful_basis: LawfulBasis
    lawful_basis_label: str
    question: str
    child_ids: tuple[UUID, ...]
    requested_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    answer: Answer | None
    content: str | None
    refusal_ground: RefusalGround | None
    refusal_reason: str | None
    revision: int | None = Field(description="Of the answer that stands. Send it to correct or to withdraw that one.")
    statements: tuple[StatementView, ...] = Field(description="All that was said, oldest first. The last one stands.")

    @classmethod
    def of(cls, file: RequestFile, *, now: datetime) -> Self:
        """The view of a request that the reader may see."""
        request, standing = file.request, file.request.standing
        reply = standing.reply if standing else None
        return cls(
            request_id=request.request_id,
            reference=file.reference,
            agency=request.agency,
            state=request_state(request, file.notice),
            overdue=not request.revisions and now >= request.due_at,
            lawful_basis=request.lawful_basis,
            lawful_basis_label=request.lawful_basis.label,
            question=request.question,
            child_ids=request.child_ids,
            requested_at=request.requested_at,
            due_at=request.due_at,
            answered_at=standing.said_at if standing else None,
            answered_by=standing.said_by if standing else None,
            answer=request.answer,
            content=reply.content if reply else None,
            refusal_ground=reply.refusal_ground if reply else None,
            refusal_reason=reply.refusal_reason if reply else None,
            revision=standing.revision if standing else None,
            statements=tuple(map(StatementView.of, request.revisions)),
        )


class ListedView(View):
    """One line of an agency's list."""

    request_id: UUID
    reference: str
    requested_at: datetime
    due_at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None = Field(description="When your agency took its answer back and gave no other.")
    overdue: bool

    @classmethod
    def of(cls, listed: ListedRequest, *, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            request_id=listed.request_id,
            reference=listed.reference,
            requested_at=listed.requested_at,
            due_at=listed.due_at,
            answered_at=listed.answered_at,
            withdrawn_at=listed.withdrawn_at,
            overdue=listed.answered_at is None and listed.withdrawn_at is None and now >= listed.due_at,
        )


class RequestPage(View):
    """Requests, newest first. ``next`` is the cursor of the following page; empty on the last one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LISTED_REQUESTS]})

    requests: tuple[ListedView, ...]
    next: str | None


@router.post(
    "/cases/{case_id}/information-requests",
    status_code=201,
    summary="Ask an agency",
    response_model=AskedView,
    responses=WRITE_PROBLEMS,
)
async def request_information(
    case_id: UUID, form: AskForm, dependencies: Injected, visit: Writer, once: Command
) -> Response:
    """The agency learns that it is asked, not what: it reads the question here. Its silence holds nothing up."""
    command = Ask(form.agency, form.lawful_basis, form.question, form.child_ids)
    return await once.do(
        dependencies,
        lambda tx: handlers.request_information(tx, dependencies, case_id, command=command, visit=visit),
        _asked,
    )


@router.get("/information-requests", summary="List what your agency was asked", response_model=RequestPage)
async def list_requests(
    dependencies: Injected, asker: Agency, cursor: Cursor = None, limit: PageSize = 50
) -> RequestPage:
    """References, codes and times only; nothing in this list describes a person."""
    before = read_place(cursor)
    async with dependencies.db.transaction() as tx:
        found = await store.list_requests(
            tx, partnership=asker.partnership, agency=asker.agency, before=before, limit=limit + 1
        )
    now, shown = dependencies.clock.now(), found[:limit]
    following = write_cursor(shown[-1].requested_at, shown[-1].request_id) if len(found) > limit else None
    return RequestPage(requests=tuple(ListedView.of(one, now=now) for one in shown), next=following)


@router.get("/information-requests/{request_id}", summary="Read a request", response_model=RequestView)
async def read_request(request_id: UUID, dependencies: Injected, visit: StaffOrAgency) -> RequestView:
    """For the agency that was asked, and for triage staff who say what for. Each look is written down first."""
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_request(tx, request_id, visit=visit)
    return RequestView.of(unwrap(result), now=visit.now)


def _asked(recorded: Recorded) -> Answered:
    location = f"/v1/information-requests/{recorded.get(InformationRequested).request_id}"
    return Answered(AskedView.of(recorded), 201, tagged(recorded.version, location=location))

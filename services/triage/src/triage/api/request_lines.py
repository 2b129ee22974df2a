"""What an agency was asked and said, line by line: codes and times. The words are read at the request itself."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from contracts.codes import Answer, LawfulBasis, RefusalGround
from triage.api.dependencies import View
from triage.model import AnswerRevision, InformationRequest, NoticeProgress, RequestState, Statement, request_state


class StatementLine(View):
    """One thing that the agency said."""

    revision: int
    statement: Statement
    answer: Answer | None = Field(description="Empty when the agency takes its answer back.")
    refusal_ground: RefusalGround | None
    said_by: str
    said_at: datetime

    @classmethod
    def of(cls, said: AnswerRevision) -> Self:
        """The same, as shown."""
        return cls(
            revision=said.revision,
            statement=said.statement,
            answer=said.reply.answer if said.reply else None,
            refusal_ground=said.reply.refusal_ground if said.reply else None,
            said_by=said.said_by,
            said_at=said.said_at,
        )


class RequestLine(View):
    """How far one agency is. What it answered is read at the request itself."""

    request_id: UUID
    agency: str
    state: RequestState
    overdue: bool = Field(description="True while an answer is late. It never holds a decision.")
    lawful_basis: LawfulBasis
    child_ids: tuple[UUID, ...]
    requested_by: str
    requested_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None = Field(description="When it said what stands now.")
    answer: Answer | None
    refusal_ground: RefusalGround | None
    statements: tuple[StatementLine, ...] = Field(description="All that it said, oldest first. The last one stands.")

    @classmethod
    def of(cls, request: InformationRequest, notice: NoticeProgress, now: datetime) -> Self:
        """The same, as shown."""
        standing = request.standing
        return cls(
            request_id=request.request_id,
            agency=request.agency,
            state=request_state(request, notice),
            overdue=not request.revisions and now >= request.due_at,
            lawful_basis=request.lawful_basis,
            child_ids=request.child_ids,
            requested_by=request.requested_by,
            requested_at=request.requested_at,
            due_at=request.due_at,
            delivered_at=notice.delivered_at,
            opened_at=notice.opened_at,
            answered_at=standing.said_at if standing else None,
            answer=request.answer,
            refusal_ground=standing.reply.refusal_ground if standing and standing.reply else None,
            statements=tuple(map(StatementLine.of, request.revisions)),
        )

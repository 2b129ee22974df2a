"""SQL of information requests, and of everything that agencies said to them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, insert, select, true, tuple_
from sqlalchemy import case as sql_case

from chassis.db import Transaction
from contracts.codes import Answer, LawfulBasis, RefusalGround
from contracts.events import InformationRequested
from triage import tables
from triage.model import AnswerRevision, Ask, InformationRequest, ListedRequest, Reply, Statement
from triage.store.loading import Part, Record


async def find_case_of_request(tx: Transaction, request_id: UUID) -> UUID | None:
    """The case in which a request was made."""
    request = tables.information_request.c
    found: UUID | None = await tx.scalar(select(request.case_id).where(request.request_id == request_id))
    return found


def with_revisions(
    requests: Sequence[InformationRequest], revisions: Sequence[tuple[UUID, AnswerRevision]]
) -> tuple[InformationRequest, ...]:
    """Requests of a case with all that was said to each."""
    said = defaultdict[UUID, list[AnswerRevision]](list)
    for request_id, revision in revisions:
        said[request_id].append(revision)
    return tuple(replace(request, revisions=tuple(said[request.request_id])) for request in requests)


async def list_requests(
    tx: Transaction, *, partnership: str, agency: str, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ListedRequest]:
    """What an agency was asked, newest first, with when it said what stands, or took it back."""
    request, case = tables.information_request.c, tables.case.c
    newest = _newest_of(request.request_id)
    answered_at = sql_case((newest.c.answer.is_not(None), newest.c.said_at))
    withdrawn_at = sql_case((newest.c.answer.is_(None), newest.c.said_at))
    statement = (
        select(request.request_id, case.reference, request.requested_at, request.due_at, answered_at, withdrawn_at)
        .join_from(tables.information_request, tables.case)
        .join(newest, true(), isouter=True)
        .where(request.agency == agency, case.partnership == partnership)
        .order_by(request.requested_at.desc(), request.request_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(request.requested_at, request.request_id) < tuple_(*before))
    return [ListedRequest(*row) for row in await tx.execute(statement)]


async def record_requested(tx: Transaction, requested: InformationRequested, ask: Ask) -> None:
    """A question to an agency; what exactly is asked stays here."""
    values = {
        "request_id": requested.request_id,
        "case_id": requested.case_id,
        "agency": requested.agency,
        "lawful_basis": requested.lawful_basis.value,
        "child_ids": list(ask.child_ids),
        "question": ask.question,
        "requested_by": requested.requested_by,
        "requested_at": requested.requested_at,
        "due_at": requested.due_at,
        "policy_version": requested.policy_version,
    }
    await tx.execute(insert(tables.information_request).values(values))


async def record_said(tx: Transaction, request_id: UUID, said: AnswerRevision) -> None:
    """One more statement of the agency; its words stay here, and those before are kept."""
    reply = said.reply
    values = {
        "request_id": request_id,
        "revision": said.revision,
        "statement": said.statement.value,
        "answer": reply.answer.value if reply else None,
        "content": reply.content if reply else None,
        "refusal_ground": reply.refusal_ground.value if reply and reply.refusal_ground else None,
        "refusal_reason": reply.refusal_reason if reply else None,
        "reason": said.reason,
        "said_by": said.said_by,
        "said_at": said.said_at,
    }
    await tx.execute(insert(tables.information_answer).values(values))


def _newest_of(request_id: ColumnElement[UUID]) -> FromClause:
    answer = tables.information_answer.c
    said = select(answer.said_at, answer.answer).where(answer.request_id == request_id)
    return said.order_by(answer.revision.desc()).limit(1).lateral("newest")


def _revision(row: Record) -> tuple[UUID, AnswerRevision]:
    revision = AnswerRevision(
        revision=row.revision,
        statement=Statement(row.statement),
        said_by=row.said_by,
        said_at=row.said_at,
        reply=_reply(row) if row.answer else None,
        reason=row.reason,
    )
    return row.request_id, revision


def _reply(row: Record) -> Reply:
    return Reply(
        answer=Answer(row.answer),
        content=row.content,
        refusal_ground=RefusalGround(row.refusal_ground) if row.refusal_ground else None,
        refusal_reason=row.refusal_reason,
    )


def _request(row: Record) -> InformationRequest:
    return InformationRequest(
        request_id=row.request_id,
        case_id=row.case_id,
        agency=row.agency,
        lawful_basis=LawfulBasis(row.lawful_basis),
        child_ids=tuple(row.child_ids),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        due_at=row.due_at,
        question=row.question,
    )


REQUESTS: Final = Part(tables.information_request, ("requested_at", "request_id"), _request)
"""The requests of a case, oldest first, without what was said to them."""
REVISIONS: Final = Part(
    tables.information_answer, ("revision",), _revision, through=(tables.information_request, "request_id")
)
"""Everything that was said to the requests of a case, each with its request, oldest first."""

"""SQL of information requests, and of everything that agencies said to them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Row, insert, select, true, tuple_
from sqlalchemy import case as sql_case

from chassis.db import Transaction
from contracts.codes import Answer, LawfulBasis, RefusalGround
from contracts.events import InformationRequested
from triage import tables
from triage.model import AnswerRevision, Ask, InformationRequest, ListedRequest, Reply, Statement
from triage.store.loading import by_case, one_of


async def find_case_of_request(tx: Transaction, request_id: UUID) -> UUID | None:
    """The case in which a request was made."""
    request = tables.information_request.c
    found: UUID | None = await tx.scalar(select(request.case_id).where(request.request_id == request_id))
    return found


async def load_requests(tx: Transaction, case_ids: Collection[UUID]) -> Mapping[UUID, tuple[InformationRequest, ...]]:
    """The requests of each case, oldest first, with all that was said to them."""
    request, said = tables.information_request.c, await _load_revisions(tx, case_ids)
    statement = (
        select(tables.information_request)
        .where(one_of(request.case_id, case_ids))
        .order_by(request.requested_at, request.request_id)
    )
    return await by_case(tx, statement, lambda row: _request(row, said.get(row.request_id, ())))


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


async def _load_revisions(tx: Transaction, case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[AnswerRevision]]:
    """By request: everything that was said to it, oldest first."""
    request, answer = tables.information_request.c, tables.information_answer.c
    statement = (
        select(tables.information_answer)
        .join_from(tables.information_answer, tables.information_request)
        .where(one_of(request.case_id, case_ids))
        .order_by(answer.revision)
    )
    said = defaultdict[UUID, list[AnswerRevision]](list)
    for row in await tx.execute(statement):
        said[row.request_id].append(_revision(row))
    return said


def _revision(row: Row[Any]) -> AnswerRevision:
    return AnswerRevision(
        revision=row.revision,
        statement=Statement(row.statement),
        said_by=row.said_by,
        said_at=row.said_at,
        reply=_reply(row) if row.answer else None,
        reason=row.reason,
    )


def _reply(row: Row[Any]) -> Reply:
    return Reply(
        answer=Answer(row.answer),
        content=row.content,
        refusal_ground=RefusalGround(row.refusal_ground) if row.refusal_ground else None,
        refusal_reason=row.refusal_reason,
    )


def _request(row: Row[Any], revisions: Sequence[AnswerRevision]) -> InformationRequest:
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
        revisions=tuple(revisions),
    )

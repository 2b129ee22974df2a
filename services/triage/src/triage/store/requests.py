"""SQL of information requests and their answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, tuple_, update

from chassis.db import Transaction
from contracts.codes import Answer, LawfulBasis, RefusalGround
from contracts.events import InformationAnswered, InformationRequested
from triage import tables
from triage.model import Ask, InformationRequest, ListedRequest, Reply


async def find_case_of_request(tx: Transaction, request_id: UUID) -> UUID | None:
    """The case in which a request was made."""
    request = tables.information_request.c
    found: UUID | None = await tx.scalar(select(request.case_id).where(request.request_id == request_id))
    return found


async def load_requests(tx: Transaction, case_id: UUID) -> tuple[InformationRequest, ...]:
    """The requests of a case, oldest first."""
    request = tables.information_request.c
    statement = (
        select(tables.information_request)
        .where(request.case_id == case_id)
        .order_by(request.requested_at, request.request_id)
    )
    return tuple(_request(row) for row in await tx.execute(statement))


async def list_requests(
    tx: Transaction, *, partnership: str, agency: str, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ListedRequest]:
    """What an agency was asked, newest first."""
    request, case = tables.information_request.c, tables.case.c
    statement = (
        select(request.request_id, case.reference, request.requested_at, request.due_at, request.answered_at)
        .join_from(tables.information_request, tables.case)
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


async def record_answered(tx: Transaction, answered: InformationAnswered, reply: Reply) -> None:
    """The agency's answer; its content stays here."""
    changes = {
        "answer": answered.answer.value,
        "content": reply.content,
        "refusal_ground": answered.refusal_ground.value if answered.refusal_ground else None,
        "refusal_reason": reply.refusal_reason,
        "answered_by": answered.answered_by,
        "answered_at": answered.answered_at,
    }
    request = tables.information_request
    await tx.execute(update(request).where(request.c.request_id == answered.request_id).values(changes))


def _request(row: Row[Any]) -> InformationRequest:
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
        answer=Answer(row.answer) if row.answer else None,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        refusal_ground=RefusalGround(row.refusal_ground) if row.refusal_ground else None,
        content=row.content,
        refusal_reason=row.refusal_reason,
    )

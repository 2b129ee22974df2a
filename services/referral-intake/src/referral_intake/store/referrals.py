"""SQL of referrals as they are followed and read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, literal, select, tuple_, update

from chassis.db import Transaction
from referral_intake.model import (
    Document,
    Milestones,
    Referral,
)
from referral_intake.tables import document, referral


async def find_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """The referral, whoever sent it: the caller decides who may know of it."""
    row = (await tx.execute(_select_referral().where(referral.c.referral_id == referral_id))).one_or_none()
    return _referral(row) if row is not None else None


async def find_by_reference(tx: Transaction, reference: str) -> UUID | None:
    """The id of the referral with this reference."""
    found: UUID | None = await tx.scalar(select(referral.c.referral_id).where(referral.c.reference == reference))
    return found


async def list_referrals(
    tx: Transaction, *, partnership: str, agency: str, before: tuple[datetime, UUID] | None, limit: int
) -> list[Referral]:
    """An agency's own referrals, newest first; ``before`` is the last one of the page before."""
    columns = referral.c
    query = _select_referral().where(columns.partnership == partnership, columns.agency == agency)
    if before is not None:
        received_at, referral_id = before
        last = tuple_(literal(received_at, columns.received_at.type), literal(referral_id, columns.referral_id.type))
        query = query.where(tuple_(columns.received_at, columns.referral_id) < last)
    newest_first = query.order_by(columns.received_at.desc(), columns.referral_id.desc()).limit(limit)
    return [_referral(row) for row in await tx.execute(newest_first)]


async def get_document(tx: Transaction, referral_id: UUID) -> Document:
    """The document of a referral. Raises ``NoResultFound``: every referral that is kept has one."""
    query = (
        select(document.c.content, document.c.salt, referral.c.content_commitment)
        .join(referral, referral.c.referral_id == document.c.referral_id)
        .where(document.c.referral_id == referral_id)
    )
    row = (await tx.execute(query)).one()
    return Document(referral_id, row.content, row.salt, row.content_commitment)


async def record_milestone(tx: Transaction, referral_id: UUID, *, step: str, at: datetime) -> bool:
    """Note when triage reached a step (``looked_at``, ``decided_at`` or ``closed_at``). False: no such referral."""
    changed = await tx.execute(
        update(referral).where(referral.c.referral_id == referral_id).values({referral.c[step]: at})
    )
    return changed.rowcount == 1


def _select_referral() -> Select[*tuple[Any, ...]]:
    columns = referral.c
    return select(
        columns.referral_id,
        columns.reference,
        columns.partnership,
        columns.agency,
        columns.received_at,
        columns.decision_expected_by,
        columns.immediate_danger,
        columns.looked_at,
        columns.decided_at,
        columns.closed_at,
    )


def _referral(row: Row[*tuple[Any, ...]]) -> Referral:
    return Referral(
        referral_id=row.referral_id,
        reference=row.reference,
        partnership=row.partnership,
        agency=row.agency,
        received_at=row.received_at,
        decision_expected_by=row.decision_expected_by,
        immediate_danger=row.immediate_danger,
        milestones=Milestones(row.looked_at, row.decided_at, row.closed_at),
    )

"""SQL of documents, edition by edition."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import JSONB

from chassis.db import Transaction
from referral_intake.model import RECEIVED, WITHDRAWAL, Document, Edition
from referral_intake.tables import document, referral, supplement, withdrawal


async def find_document(tx: Transaction, referral_id: UUID, edition: int) -> Document | None:
    """One edition of a referral's document; None when there is none, or it was destroyed.

    The commitment is the one that was published, not one made of the bytes: anyone who compares them sees any change.
    """
    query = (
        select(document.c.content, document.c.salt, _commitment().label("content_commitment"))
        .select_from(
            document.join(referral).outerjoin(supplement, _same(supplement)).outerjoin(withdrawal, _same(withdrawal))
        )
        .where(document.c.referral_id == referral_id, document.c.edition == edition)
    )
    row = (await tx.execute(query)).one_or_none()
    return Document(referral_id, edition, row.content, row.salt, row.content_commitment) if row is not None else None


async def find_not_taken(tx: Transaction, referral_id: UUID) -> tuple[str, ...]:
    """Which places of a FHIR message the referral does not have; none once its documents were destroyed."""
    whole = cast(func.convert_from(document.c.content, "UTF8"), JSONB)
    query = select(whole["not_taken"]).where(document.c.referral_id == referral_id, document.c.edition == 1)
    return tuple((await tx.execute(query)).scalar_one_or_none() or ())


async def list_editions(tx: Transaction, referral_id: UUID) -> list[Edition]:
    """What made each edition of a referral's document, in order; also of documents that were destroyed."""
    columns = referral.c
    first = select(
        literal(1).label("edition"),
        literal(RECEIVED).label("made_by"),
        columns.received_at.label("made_at"),
        columns.agency,
        columns.content_commitment,
    ).where(columns.referral_id == referral_id)
    made = union_all(first, _supplements(referral_id), _withdrawals(referral_id)).subquery()
    return [Edition(*row) for row in await tx.execute(select(made).order_by(made.c.edition))]


def _supplements(referral_id: UUID) -> Select[*tuple[Any, ...]]:
    columns = supplement.c
    return select(columns.edition, columns.kind, columns.received_at, columns.agency, columns.content_commitment).where(
        columns.referral_id == referral_id
    )


def _withdrawals(referral_id: UUID) -> Select[*tuple[Any, ...]]:
    columns = withdrawal.c
    return select(
        columns.edition, literal(WITHDRAWAL), columns.withdrawn_at, columns.agency, columns.content_commitment
    ).where(columns.referral_id == referral_id)


def _same(made: Any) -> ColumnElement[bool]:
    return and_(made.c.referral_id == document.c.referral_id, made.c.edition == document.c.edition)


def _commitment() -> ColumnElement[str]:
    return func.coalesce(
        supplement.c.content_commitment, withdrawal.c.content_commitment, referral.c.content_commitment
    )

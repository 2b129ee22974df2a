"""SQL of the questions that triage asks senders."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Transaction
from contracts.events import QuestionAsked
from referral_intake.model import Question
from referral_intake.tables import question, referral


async def record_question(tx: Transaction, asked: QuestionAsked) -> bool:
    """Keep a question; one that is known is left alone. False: there is no such referral."""
    known = await tx.scalar(select(referral.c.referral_id).where(referral.c.referral_id == asked.referral_id))
    if known is None:
        return False
    await tx.execute(
        insert(question)
        .values(
            question_id=asked.question_id,
            referral_id=asked.referral_id,
            asked_at=asked.asked_at,
            due_at=asked.due_at,
            detail_url=asked.detail_url,
        )
        .on_conflict_do_nothing()
    )
    return True


async def record_question_answered(tx: Transaction, question_id: UUID, supplement_id: UUID, *, at: datetime) -> bool:
    """Note the first answer to a question. False: there is no such question."""
    columns = question.c
    answered = (
        update(question)
        .where(columns.question_id == question_id, columns.answered_at.is_(None))
        .values(answered_at=at, supplement_id=supplement_id)
    )
    if (await tx.execute(answered)).rowcount == 1:
        return True
    return await tx.scalar(select(columns.question_id).where(columns.question_id == question_id)) is not None


async def is_open(tx: Transaction, referral_id: UUID, question_id: UUID) -> bool:
    """Whether this referral's sender was asked this, and has not answered."""
    columns = question.c
    query = select(literal(value=True)).where(
        columns.question_id == question_id, columns.referral_id == referral_id, columns.answered_at.is_(None)
    )
    return await tx.scalar(query) is not None


async def list_questions(tx: Transaction, referral_id: UUID) -> list[Question]:
    """What the sender of a referral was asked, oldest first."""
    columns = question.c
    query = (
        select(columns.question_id, columns.asked_at, columns.due_at, columns.detail_url, columns.answered_at)
        .where(columns.referral_id == referral_id)
        .order_by(columns.asked_at, columns.question_id)
    )
    return [Question(*row) for row in await tx.execute(query)]

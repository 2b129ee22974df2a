"""SQL of questions to the sender of a referral, and of what is new in a case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, tuple_, update

from chassis.db import Transaction
from chassis.rows import document, insert_of, update_of
from contracts.codes import CaseNews
from contracts.events import QuestionAnswered, QuestionAsked
from triage import tables
from triage.model import ListedQuestion, News, Question
from triage.store.loading import Part, Record

_ADD: Final = insert_of(
    tables.news,
    (
        *("case_id", "version", "about", "edition", "what", "told_at", "document_url", "child_ids"),
        *("immediate_danger", "answers", "supplement_id", "request_id", "revision", "handover_id"),
    ),
)
_ANSWER: Final = update_of(tables.question, ("supplement_id", "answered_at"), key="question_id")


@dataclass(frozen=True)
class Arrived:
    """Something new in a case, and the version of the case that it made."""

    case_id: UUID
    news: News
    version: int


async def find_case_of_question(tx: Transaction, question_id: UUID) -> UUID | None:
    """The case about which a question was asked."""
    question = tables.question.c
    found: UUID | None = await tx.scalar(select(question.case_id).where(question.question_id == question_id))
    return found


async def list_open_questions(
    tx: Transaction, *, partnership: str, agency: str, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ListedQuestion]:
    """What an agency was asked about its own referrals and has not answered, newest first; closed cases need none."""
    question, case = tables.question.c, tables.case.c
    statement = (
        select(question.question_id, case.referral_id, case.reference, question.asked_at, question.due_at)
        .join_from(tables.question, tables.case)
        .where(question.agency == agency, question.answered_at.is_(None))
        .where(case.partnership == partnership, case.closed_at.is_(None))
        .order_by(question.asked_at.desc(), question.question_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(question.asked_at, question.question_id) < tuple_(*before))
    return [ListedQuestion(*row) for row in await tx.execute(statement)]


async def record_asked(tx: Transaction, asked: QuestionAsked, *, question: str) -> None:
    """A question to the sender; what exactly is asked stays here."""
    values = {
        "question_id": asked.question_id,
        "case_id": asked.case_id,
        "agency": asked.agency,
        "question": question,
        "asked_by": asked.asked_by,
        "asked_at": asked.asked_at,
        "due_at": asked.due_at,
        "policy_version": asked.policy_version,
    }
    await tx.execute(insert(tables.question).values(values))


async def record_questions_answered(tx: Transaction, answered: Iterable[QuestionAnswered]) -> None:
    """Senders answered, each by a supplement that holds its words."""
    rows = [
        {"question_id": one.question_id, "supplement_id": one.supplement_id, "answered_at": one.answered_at}
        for one in answered
    ]
    if rows:
        await tx.execute(_ANSWER, document(rows))


async def record_news(tx: Transaction, arrived: Sequence[Arrived]) -> None:
    """What is new in each case, which nobody has looked at."""
    if arrived:
        await tx.execute(_ADD, document(_news_row(one) for one in arrived))


async def record_seen(tx: Transaction, case_id: UUID, *, by: str, at: datetime) -> None:
    """Somebody of triage opened the case, and with it all news there was."""
    news = tables.news
    unseen = (news.c.case_id == case_id, news.c.seen_at.is_(None))
    await tx.execute(update(news).where(*unseen).values(seen_by=by, seen_at=at))


def _question(row: Record) -> Question:
    return Question(
        question_id=row.question_id,
        case_id=row.case_id,
        agency=row.agency,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        due_at=row.due_at,
        question=row.question,
        supplement_id=row.supplement_id,
        answered_at=row.answered_at,
    )


def _news(row: Record) -> News:
    return News(
        what=CaseNews(row.what),
        told_at=row.told_at,
        version=row.version,
        about=tuple(row.about),
        edition=row.edition,
        document_url=row.document_url,
        child_ids=tuple(row.child_ids),
        immediate_danger=row.immediate_danger,
        answers=row.answers,
        supplement_id=row.supplement_id,
        request_id=row.request_id,
        revision=row.revision,
        handover_id=row.handover_id,
        seen_by=row.seen_by,
        seen_at=row.seen_at,
    )


def _news_row(arrived: Arrived) -> dict[str, Any]:
    news = arrived.news
    return {
        "case_id": arrived.case_id,
        "version": arrived.version,
        "about": news.about,
        "edition": news.edition,
        "what": news.what,
        "told_at": news.told_at,
        "document_url": news.document_url,
        "child_ids": news.child_ids,
        "immediate_danger": news.immediate_danger,
        "answers": news.answers,
        "supplement_id": news.supplement_id,
        "request_id": news.request_id,
        "revision": news.revision,
        "handover_id": news.handover_id,
    }


QUESTIONS: Final = Part(tables.question, ("asked_at", "question_id"), _question)
"""The questions of a case to its sender, oldest first."""
NEWS: Final = Part(tables.news, ("version",), _news)
"""What is new in a case, in the order in which it came."""

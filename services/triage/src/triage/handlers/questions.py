"""Asking the sender of a referral, and reading what was asked."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import Transaction
from chassis.web import access
from contracts.codes import RecordKind
from contracts.problems import Problem
from triage import decide, entitlement, packs, store
from triage.entitlement import Act
from triage.errors import NoSuchQuestion
from triage.handlers.dependencies import Dependencies, Recorded, Visit, admit, look, record_change, refuse, start_clock
from triage.model import NO_NOTICE, AskSender, Case, NoticeProgress, Question


@dataclass(frozen=True)
class QuestionFile:
    """A question as its readers see it."""

    question: Question
    case: Case
    notice: NoticeProgress


async def ask_sender(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: AskSender, visit: Visit
) -> Recorded | Problem:
    """Ask the agency that sent the referral, and let its time run."""
    case = await admit(tx, visit, case_id, act=Act.ASK_SENDER)
    if isinstance(case, Problem):
        return case
    timing = packs.question_timing(dependencies.pack_of(case, at=visit.now), case.rating, now=visit.now)
    detail = dependencies.detail("questions")
    asked = decide.ask_sender(case, by=visit.by, timing=timing, detail=detail)
    recorded = await record_change(tx, case, [asked], context=visit.context(case))
    await store.record_asked(tx, asked, question=command.question)
    await start_clock(tx, dependencies, case_id, about_id=detail.id, timing=timing)
    await store.keep_line(tx, case_id)
    return recorded


async def read_question(tx: Transaction, question_id: UUID, *, visit: Visit) -> QuestionFile | Problem:
    """What the sender is asked; the look is written down in the same transaction."""
    case_id = await store.find_case_of_question(tx, question_id)
    case = await store.find_case(tx, case_id) if case_id is not None else None
    question = decide.find_question(case, question_id) if case is not None else None
    if case is None or question is None:
        raise NoSuchQuestion
    at = look(case, visit, RecordKind.QUESTION, question_id)
    refusal = entitlement.to_read_question(visit.by.actor, case, question=question, purpose=visit.purpose)
    if refusal is not None:
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    await access.allow(tx, at, context=visit.context(case))
    notices = await store.load_progress(tx, [question_id])
    return QuestionFile(question, case, notices.get(question_id, NO_NOTICE))

"""Asking agencies, and what they say."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.db import Transaction
from chassis.web import access
from contracts.codes import RecordKind
from contracts.problems import Problem
from triage import decide, entitlement, packs, store
from triage.entitlement import Act
from triage.errors import NoSuchRequest
from triage.handlers.dependencies import (
    Dependencies,
    Recorded,
    Visit,
    admit,
    look,
    record_change,
    refuse,
    start_clock,
    start_decision_clock,
)
from triage.model import (
    DECISION_CLOCK,
    NO_NOTICE,
    AnswerRevision,
    Ask,
    Case,
    Correct,
    InformationRequest,
    NoticeProgress,
    Reply,
    Statement,
    TakeBack,
)
from triage.store import Arrived


@dataclass(frozen=True)
class RequestFile:
    """A request as its readers see it."""

    request: InformationRequest
    reference: str
    notice: NoticeProgress


async def request_information(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: Ask, visit: Visit
) -> Recorded | Problem:
    """Ask an agency, and let its time run."""
    case = await admit(tx, visit, case_id, act=Act.ASK)
    if isinstance(case, Problem):
        return case
    terms = packs.asking_terms(dependencies.pack_of(case, at=visit.now), case.rating, now=visit.now)
    detail = dependencies.detail("information-requests")
    requested = decide.request_information(case, command, by=visit.by, terms=terms, detail=detail)
    recorded = await record_change(tx, case, [requested], context=visit.context(case))
    about = command if command.child_ids else replace(command, child_ids=case.child_ids)
    await store.record_requested(tx, requested, about)
    await start_clock(tx, dependencies, case_id, about_id=detail.id, timing=terms.timing)
    await store.keep_line(tx, case_id)
    return recorded


async def read_request(tx: Transaction, request_id: UUID, *, visit: Visit) -> RequestFile | Problem:
    """The question and, for those who may, what was said to it; each look is written down in the same transaction."""
    case_id = await store.find_case_of_request(tx, request_id)
    case = await store.find_case(tx, case_id) if case_id is not None else None
    request = _request_of(case, request_id)
    if case is None or request is None:
        raise NoSuchRequest
    at = look(case, visit, RecordKind.INFORMATION_REQUEST, request_id)
    refusal = entitlement.to_read_request(visit.by.actor, case, request=request, purpose=visit.purpose)
    if refusal is not None:
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    await access.allow(tx, at, context=visit.context(case))
    if request.revisions:
        answered = look(case, visit, RecordKind.INFORMATION_ANSWER, request_id)
        await access.allow(tx, answered, context=visit.context(case))
    notices = await store.load_progress(tx, [request_id])
    return RequestFile(request, case.reference, notices.get(request_id, NO_NOTICE))


async def answer_request(
    tx: Transaction, dependencies: Dependencies, request_id: UUID, *, reply: Reply, visit: Visit
) -> Recorded | Problem:
    """Accept the asked agency's answer. It cannot know the case's version, so it need not say it."""
    case = await _admit_agency(tx, request_id, visit=visit)
    if isinstance(case, Problem):
        return case
    said = decide.answer_request(case, request_id, reply=reply, by=visit.by, addresses=dependencies.addresses)
    words = AnswerRevision(said.revision, Statement.ANSWERED, said.answered_by, visit.now, reply)
    return await _record_said(tx, dependencies, case, said=(said, words), visit=visit)


async def correct_answer(
    tx: Transaction, dependencies: Dependencies, request_id: UUID, *, command: Correct, visit: Visit
) -> Recorded | Problem:
    """The agency puts its answer right; what it said before is kept."""
    case = await _admit_agency(tx, request_id, visit=visit)
    if isinstance(case, Problem):
        return case
    said = decide.correct_answer(case, request_id, command, by=visit.by, addresses=dependencies.addresses)
    words = AnswerRevision(
        said.revision, Statement.CORRECTED, said.corrected_by, visit.now, command.reply, command.reason
    )
    return await _record_said(tx, dependencies, case, said=(said, words), visit=visit)


async def withdraw_answer(
    tx: Transaction, dependencies: Dependencies, request_id: UUID, *, command: TakeBack, visit: Visit
) -> Recorded | Problem:
    """The agency takes its answer back; what it said before is kept."""
    case = await _admit_agency(tx, request_id, visit=visit)
    if isinstance(case, Problem):
        return case
    said = decide.withdraw_answer(case, request_id, command, by=visit.by, addresses=dependencies.addresses)
    words = AnswerRevision(said.revision, Statement.WITHDRAWN, said.withdrawn_by, visit.now, reason=command.reason)
    return await _record_said(tx, dependencies, case, said=(said, words), visit=visit)


async def _admit_agency(tx: Transaction, request_id: UUID, *, visit: Visit) -> Case | Problem:
    """The request's case, locked, for the agency that was asked. Raises ``NoSuchRequest``; a refusal is returned.

    Interleaving prevented: somebody closes the case while the agency answers, and its answer lies in a closed case.
    Either the closing comes first and the answer opens the case again, or it comes second and is refused, because
    nobody has seen the answer.
    """
    case_id = await store.find_case_of_request(tx, request_id)
    case = await store.lock_case(tx, case_id) if case_id is not None else None
    request = _request_of(case, request_id)
    if case is None or request is None:
        raise NoSuchRequest
    refusal = entitlement.to_answer(visit.by.actor, case, request=request)
    if refusal is None:
        return case
    at = look(case, visit, RecordKind.INFORMATION_REQUEST, request_id)
    return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)


async def _record_said(
    tx: Transaction,
    dependencies: Dependencies,
    case: Case,
    *,
    said: tuple[decide.Said, AnswerRevision],
    visit: Visit,
) -> Recorded:
    """What an agency said, event and words: it is news on the case, and opens a closed one again.

    The pack is asked only for a clock that has to start: what an agency knows is never turned away.
    """
    event, words = said
    news, timing = decide.news_of(case, event), None
    if news is not None and decide.needs_decision_clock(case):
        pack = dependencies.pack_of(case, at=visit.now)
        timing = packs.timing(pack, DECISION_CLOCK, rating=case.rating, start=visit.now)
    reopened = decide.reopen(case, news, timing=timing, addresses=dependencies.addresses, now=visit.now)
    recorded = await record_change(tx, case, [*reopened, event], context=visit.context(case))
    await store.record_said(tx, event.request_id, words)
    if news is not None:
        await store.record_news(tx, [Arrived(case.case_id, news, recorded.version)])
    if timing is not None:
        await start_decision_clock(tx, dependencies, case, timing=timing)
    await store.keep_line(tx, case.case_id)
    return recorded


def _request_of(case: Case | None, request_id: UUID) -> InformationRequest | None:
    return decide.find_request(case, request_id) if case is not None else None

"""Asking agencies, and their answers."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.db import Transaction
from chassis.web import access
from contracts.codes import RecordKind
from contracts.problems import Problem
from triage import decide, entitlement, packs, store
from triage.entitlement import Act
from triage.errors import NoSuchRequest
from triage.handlers.dependencies import Dependencies, Recorded, Visit, admit, look, refuse, settle, start_clock
from triage.model import UNTOLD, Ask, Case, InformationRequest, Reply, Telling


@dataclass(frozen=True)
class RequestFile:
    """A request as its readers see it."""

    request: InformationRequest
    reference: str
    telling: Telling


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
    recorded = await settle(tx, case, [requested], context=visit.context(case))
    about = command if command.child_ids else replace(command, child_ids=case.child_ids)
    await store.record_requested(tx, requested, about)
    await start_clock(tx, dependencies, case_id, about_id=detail.id, timing=terms.timing)
    return recorded


async def read_request(tx: Transaction, request_id: UUID, *, visit: Visit) -> RequestFile | Problem:
    """The question and, for those who may, its answer; each look is written down in the same transaction."""
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
    if request.answer is not None:
        answered = look(case, visit, RecordKind.INFORMATION_ANSWER, request_id)
        await access.allow(tx, answered, context=visit.context(case))
    tellings = await store.load_tellings(tx, [request_id])
    return RequestFile(request, case.reference, tellings.get(request_id, UNTOLD))


async def answer_request(tx: Transaction, request_id: UUID, *, reply: Reply, visit: Visit) -> Recorded | Problem:
    """Take the asked agency's answer. It cannot know the case's version, so it need not say it."""
    case_id = await store.find_case_of_request(tx, request_id)
    case = await store.lock_case(tx, case_id) if case_id is not None else None
    request = _request_of(case, request_id)
    if case is None or request is None:
        raise NoSuchRequest
    refusal = entitlement.to_answer(visit.by.actor, case, request=request)
    if refusal is not None:
        at = look(case, visit, RecordKind.INFORMATION_REQUEST, request_id)
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    answered = decide.answer_request(case, request_id, reply=reply, by=visit.by)
    await store.record_answered(tx, answered, reply)
    return await settle(tx, case, [answered], context=visit.context(case))


def _request_of(case: Case | None, request_id: UUID) -> InformationRequest | None:
    return decide.find_request(case, request_id) if case is not None else None

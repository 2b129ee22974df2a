"""Recommending an outcome for a child, and authorising it."""

from uuid import UUID

from chassis.db import Transaction
from contracts.codes import DenialReason, RecordKind
from contracts.events import CaseDecided, CaseReturned
from contracts.problems import Forbidden, Problem
from triage import decide, packs, store
from triage.entitlement import Act
from triage.handlers.dependencies import Dependencies, Recorded, Visit, admit, look, refuse, settle
from triage.model import Authorise, Case, Recommend


async def recommend_outcome(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: Recommend, visit: Visit
) -> Recorded | Problem:
    """Recommend; who may is the pack's to say for each outcome."""
    case = await admit(tx, visit, case_id, act=Act.RECOMMEND)
    if isinstance(case, Problem):
        return case
    terms = packs.outcome_terms(dependencies.pack_of(case, at=visit.now), command.outcome)
    try:
        recommended = decide.recommend(
            case, command, by=visit.by, terms=terms, recommendation_id=dependencies.ids.new()
        )
    except Forbidden as problem:
        return await _refused(tx, case, visit, problem)
    await store.record_recommended(tx, recommended, rationale=command.rationale)
    return await settle(tx, case, [recommended], context=visit.context(case))


async def authorise_outcome(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: Authorise, visit: Visit
) -> Recorded | Problem:
    """Agree or disagree; who may is the pack's to say for each outcome, and never the recommender."""
    case = await admit(tx, visit, case_id, act=Act.AUTHORISE)
    if isinstance(case, Problem):
        return case
    outcome = decide.get_recommendation(case, command.recommendation_id).outcome
    terms = packs.outcome_terms(dependencies.pack_of(case, at=visit.now), outcome)
    try:
        events = decide.authorise(case, command, by=visit.by, terms=terms, decision_id=dependencies.ids.new())
    except Forbidden as problem:
        return await _refused(tx, case, visit, problem)
    recorded = await settle(tx, case, events, context=visit.context(case))
    decided = recorded.find(CaseDecided)
    if decided is not None:
        await store.record_decided(tx, decided, rationale=command.rationale, team=terms.team)
    else:
        await store.record_returned(tx, recorded.get(CaseReturned), rationale=command.rationale)
    return recorded


async def _refused(tx: Transaction, case: Case, visit: Visit, problem: Problem) -> Problem:
    at = look(case, visit, RecordKind.CASE, case.case_id)
    return await refuse(tx, at, visit, reason=DenialReason.ROLE, problem=problem)

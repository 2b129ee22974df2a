"""Recommending an outcome for a child, and authorising it."""

from uuid import UUID

from chassis.db import Transaction
from contracts.codes import DenialReason, RecordKind
from contracts.events import CaseDecided, HandoverWithdrawn
from contracts.problems import Forbidden, Problem
from triage import decide, packs, store
from triage.entitlement import Act
from triage.handlers.dependencies import (
    Dependencies,
    Recorded,
    Visit,
    admit,
    follow_up,
    look,
    record_change,
    refuse,
    start_decision_clock,
)
from triage.model import DECISION_CLOCK, Authorise, Case, Recommend


async def recommend_outcome(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: Recommend, visit: Visit
) -> Recorded | Problem:
    """Recommend; who may is the pack's to say for each outcome. Time runs for the person who has to authorise it."""
    case = await admit(tx, visit, case_id, act=Act.RECOMMEND)
    if isinstance(case, Problem):
        return case
    pack = dependencies.pack_of(case, at=visit.now)
    terms = packs.outcome_terms(pack, command.outcome)
    try:
        recommended = decide.recommend(
            case, command, by=visit.by, terms=terms, recommendation_id=dependencies.ids.new()
        )
    except Forbidden as problem:
        return await _refused(tx, case, visit, problem)
    await store.record_recommended(tx, recommended, rationale=command.rationale)
    timing = packs.timing(pack, DECISION_CLOCK, rating=case.rating, start=visit.now)
    await start_decision_clock(tx, dependencies, case, timing=timing)
    recorded = await record_change(tx, case, [recommended], context=visit.context(case))
    await store.keep_line(tx, case_id)
    return recorded


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
        event = decide.authorise(case, command, by=visit.by, terms=terms, decision_id=dependencies.ids.new())
    except Forbidden as problem:
        return await _refused(tx, case, visit, problem)
    if not isinstance(event, CaseDecided):
        await store.record_turned_down(tx, event, rationale=command.rationale)
        recorded = await record_change(tx, case, [event], context=visit.context(case))
        await store.keep_line(tx, case_id)
        return recorded
    recorded = await _decide(tx, dependencies, case, decided=event, visit=visit)
    await store.record_decided(tx, event, rationale=command.rationale, team=terms.team, version=recorded.version)
    return await follow_up(tx, dependencies, recorded, context=visit.context(case))


async def _decide(
    tx: Transaction, dependencies: Dependencies, case: Case, *, decided: CaseDecided, visit: Visit
) -> Recorded:
    """The decision, and what it makes of handovers of the one that it supersedes."""
    events = [decided, *decide.follow_handovers(case, decided, addresses=dependencies.addresses)]
    for event in events:
        if isinstance(event, HandoverWithdrawn):
            await store.record_withdrawn(tx, event)
    return await record_change(tx, case, events, context=visit.context(case))


async def _refused(tx: Transaction, case: Case, visit: Visit, problem: Problem) -> Problem:
    at = look(case, visit, RecordKind.CASE, case.case_id)
    return await refuse(tx, at, visit, reason=DenialReason.ROLE, problem=problem)

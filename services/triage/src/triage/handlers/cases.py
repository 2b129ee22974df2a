"""Reading, rating and closing a case."""

from uuid import UUID

from chassis.db import Transaction
from chassis.web import access
from contracts.codes import RecordKind
from contracts.events import CaseRated
from contracts.problems import Problem
from triage import decide, entitlement, packs, store
from triage.entitlement import Act
from triage.errors import NoSuchCase
from triage.handlers.dependencies import Dependencies, Recorded, Visit, admit, look, record_change, refuse
from triage.model import DECISION_CLOCK, Case, CaseFile, LastLook, Offered, Rate, Timing


async def read_case(tx: Transaction, dependencies: Dependencies, case_id: UUID, *, visit: Visit) -> CaseFile | Problem:
    """The case with all that happened to it; the look is written down in the same transaction.

    A look by triage's staff is what makes news seen. This view still shows it as new.
    Interleaving prevented: two of them hold the case for reading, and each waits for the other to mark its news seen.
    """
    load = store.lock_case if entitlement.is_staff(visit.by.actor) else store.find_case
    case = await load(tx, case_id)
    if case is None:
        raise NoSuchCase
    at = look(case, visit, RecordKind.CASE, case_id)
    roles = packs.team_roles(dependencies.pack_of(case, at=visit.now))
    refusal = entitlement.to_read_case(visit.by.actor, case, purpose=visit.purpose, team_roles=roles)
    if refusal is not None:
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    await access.allow(tx, at, context=visit.context(case))
    acts, last_look = await _for_staff(tx, dependencies, case, visit)
    about_ids = [request.request_id for request in case.requests] + [one.handover_id for one in case.handovers]
    about_ids += [question.question_id for question in case.questions]
    background, ratings = await store.load_history(tx, case_id)
    return CaseFile(
        case=case,
        background=background,
        ratings=ratings,
        notices=await store.load_progress(tx, about_ids),
        acts=acts,
        last_look=last_look,
    )


async def rate_case(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: Rate, visit: Visit
) -> Recorded | Problem:
    """Set the urgency, and time the decision again from the same start."""
    case = await admit(tx, visit, case_id, act=Act.RATE)
    if isinstance(case, Problem):
        return case
    pack = dependencies.pack_of(case, at=visit.now)
    timing = packs.timing(pack, DECISION_CLOCK, rating=command.rating, start=case.decision_from)
    rated = decide.rate(case, command, by=visit.by, timing=timing)
    recorded = await record_change(tx, case, [rated], context=visit.context(case))
    await store.record_rated(tx, rated, rationale=command.rationale, version=recorded.version)
    await _retime(tx, case, rated, timing=timing)
    await store.keep_line(tx, case_id)
    return recorded


async def close_case(tx: Transaction, case_id: UUID, *, visit: Visit) -> Recorded | Problem:
    """Close a case for which nothing is left to do."""
    case = await admit(tx, visit, case_id, act=Act.CLOSE)
    if isinstance(case, Problem):
        return case
    closed = decide.close_case(case, by=visit.by)
    recorded = await record_change(tx, case, [closed], context=visit.context(case))
    await store.keep_line(tx, case_id)
    return recorded


async def _for_staff(
    tx: Transaction, dependencies: Dependencies, case: Case, visit: Visit
) -> tuple[tuple[Offered, ...], LastLook | None]:
    """What triage's staff may do, and when they last looked: this look is noted, and all news counts as seen by it."""
    actor = visit.by.actor
    if not entitlement.is_staff(actor):
        return (), None
    await store.note_worker(tx, actor, now=visit.now)
    last_look = await store.record_looked(tx, case.case_id, by=actor.subject, version=case.version, at=visit.now)
    if case.unseen:
        await store.record_seen(tx, case.case_id, by=actor.subject, at=visit.now)
        await store.keep_line(tx, case.case_id)
    terms = packs.every_outcome(dependencies.pack_of(case, at=visit.now))
    return tuple(decide.offered_acts(case, by=visit.by, terms=terms)), last_look


async def _retime(tx: Transaction, case: Case, rated: CaseRated, *, timing: Timing) -> None:
    """The running decision clock follows the rating, unless it is late and has to stay so."""
    if rated.decision_due_at != timing.due_at:
        return
    for clock in case.clocks:
        if clock.name == DECISION_CLOCK and clock.runs:
            await store.retime_clock(tx, clock.clock_id, case_id=case.case_id, timing=timing, at=rated.rated_at)

"""Offering children to a team, and its acceptance."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import Transaction
from chassis.web import access
from contracts.codes import RecordKind
from contracts.events import HandoverAccepted
from contracts.problems import Problem
from triage import decide, entitlement, packs, store
from triage.entitlement import Act
from triage.errors import NoSuchHandover
from triage.handlers.dependencies import Dependencies, Recorded, Visit, admit, look, refuse, settle, start_clock
from triage.model import UNTOLD, Case, Decision, Handover, Offer, Telling


@dataclass(frozen=True)
class HandoverFile:
    """A handover as its readers see it, with what was decided for its children."""

    handover: Handover
    reference: str
    decisions: tuple[Decision, ...]
    document_url: str
    telling: Telling


async def offer_handover(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: Offer, visit: Visit
) -> Recorded | Problem:
    """Offer children to a team, and let its time run."""
    case = await admit(tx, visit, case_id, act=Act.OFFER)
    if isinstance(case, Problem):
        return case
    timing = packs.offer_timing(dependencies.pack_of(case, at=visit.now), command.team, now=visit.now)
    detail = dependencies.detail("handovers")
    offered = decide.offer_handover(case, command, by=visit.by, timing=timing, detail=detail)
    await store.record_offered(tx, offered, summary=command.summary)
    await start_clock(tx, dependencies, case_id, about_id=detail.id, timing=timing)
    return await settle(tx, case, [offered], context=visit.context(case))


async def read_handover(
    tx: Transaction, dependencies: Dependencies, handover_id: UUID, *, visit: Visit
) -> HandoverFile | Problem:
    """What a team is offered; the look is written down in the same transaction."""
    case_id = await store.find_case_of_handover(tx, handover_id)
    case = await store.find_case(tx, case_id) if case_id is not None else None
    handover = _handover_of(case, handover_id)
    if case is None or handover is None:
        raise NoSuchHandover
    at = look(case, visit, RecordKind.HANDOVER, handover_id)
    roles = packs.team_roles(dependencies.pack_of(case, at=visit.now))
    refusal = entitlement.to_read_handover(
        visit.by.actor, case, handover=handover, purpose=visit.purpose, team_roles=roles
    )
    if refusal is not None:
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    await access.allow(tx, at, context=visit.context(case))
    background = await store.get_background(tx, case.case_id)
    tellings = await store.load_tellings(tx, [handover_id])
    decisions = tuple(decision for decision in case.decisions if decision.child_id in handover.child_ids)
    telling = tellings.get(handover_id, UNTOLD)
    return HandoverFile(handover, case.reference, decisions, background.document_url, telling)


async def accept_handover(
    tx: Transaction, dependencies: Dependencies, handover_id: UUID, *, visit: Visit
) -> Recorded | Problem:
    """The team takes the children on. It cannot know the case's version, so it need not say it."""
    case_id = await store.find_case_of_handover(tx, handover_id)
    case = await store.lock_case(tx, case_id) if case_id is not None else None
    handover = _handover_of(case, handover_id)
    if case is None or handover is None:
        raise NoSuchHandover
    roles = packs.team_roles(dependencies.pack_of(case, at=visit.now))
    refusal = entitlement.to_accept(visit.by.actor, case, handover=handover, team_roles=roles)
    if refusal is not None:
        at = look(case, visit, RecordKind.HANDOVER, handover_id)
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    events = decide.accept_handover(case, handover_id, by=visit.by)
    recorded = await settle(tx, case, events, context=visit.context(case))
    await store.record_accepted(tx, recorded.get(HandoverAccepted))
    return recorded


def _handover_of(case: Case | None, handover_id: UUID) -> Handover | None:
    return decide.find_handover(case, handover_id) if case is not None else None

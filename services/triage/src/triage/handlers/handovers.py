"""Offering children to a team, its acceptance or return, and taking an offer back."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import Transaction
from chassis.web import access
from contracts.codes import RecordKind
from contracts.problems import Problem
from triage import decide, entitlement, packs, store
from triage.entitlement import Act
from triage.errors import NoSuchHandover
from triage.handlers.dependencies import (
    Dependencies,
    Recorded,
    Visit,
    admit,
    follow_up,
    look,
    record_change,
    refuse,
    start_clock,
)
from triage.model import NO_NOTICE, OFFER_CLOCK, Case, Decision, Handover, NoticeProgress, Offer, Return
from triage.store import Arrived


@dataclass(frozen=True)
class HandoverFile:
    """A handover as its readers see it, with what was decided for its children, then and by now."""

    handover: Handover
    reference: str
    decisions: tuple[Decision, ...]
    current_decisions: tuple[Decision, ...]
    document_url: str
    notice: NoticeProgress


async def offer_handover(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, command: Offer, visit: Visit
) -> Recorded | Problem:
    """Offer children to a team, and let its time run."""
    case = await admit(tx, visit, case_id, act=Act.OFFER)
    if isinstance(case, Problem):
        return case
    terms = packs.offer_terms(dependencies.pack_of(case, at=visit.now), command.team, now=visit.now)
    detail = dependencies.detail("handovers")
    offered = decide.offer_handover(case, command, by=visit.by, terms=terms, detail=detail)
    decisions = [one.decision_id for one in case.current_decisions if one.child_id in command.child_ids]
    await store.record_offered(tx, offered, summary=command.summary, decision_ids=decisions, role=terms.role)
    await start_clock(tx, dependencies, case_id, about_id=detail.id, timing=terms.timing)
    recorded = await record_change(tx, case, [offered], context=visit.context(case))
    return await follow_up(tx, dependencies, recorded, context=visit.context(case))


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
    return await _load_file(tx, case, handover)


async def accept_handover(
    tx: Transaction, dependencies: Dependencies, handover_id: UUID, *, visit: Visit
) -> Recorded | Problem:
    """The team accepts the children. It cannot know the case's version, so it need not say it."""
    case = await _admit_team(tx, dependencies, handover_id, visit=visit)
    if isinstance(case, Problem):
        return case
    accepted = decide.accept_handover(case, handover_id, by=visit.by)
    await store.record_accepted(tx, accepted)
    recorded = await record_change(tx, case, [accepted], context=visit.context(case))
    return await follow_up(tx, dependencies, recorded, context=visit.context(case))


async def return_handover(
    tx: Transaction, dependencies: Dependencies, *, command: Return, visit: Visit
) -> Recorded | Problem:
    """The team does not accept. Triage has the children again, and time to offer them or to decide again."""
    case = await _admit_team(tx, dependencies, command.handover_id, visit=visit)
    if isinstance(case, Problem):
        return case
    pack = dependencies.pack_of(case, at=visit.now)
    timing = packs.timing(pack, OFFER_CLOCK, rating=case.rating, start=visit.now)
    returned = decide.return_handover(case, command, by=visit.by, timing=timing, addresses=dependencies.addresses)
    await store.record_returned(tx, returned, note=command.note)
    recorded = await record_change(tx, case, [returned], context=visit.context(case))
    await store.record_news(tx, [Arrived(case.case_id, decide.news_of_return(returned), recorded.version)])
    return await follow_up(tx, dependencies, recorded, context=visit.context(case))


async def take_back_offer(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, handover_id: UUID, visit: Visit
) -> Recorded | Problem:
    """Triage takes back an offer that nobody has accepted."""
    case = await admit(tx, visit, case_id, act=Act.TAKE_BACK)
    if isinstance(case, Problem):
        return case
    withdrawn = decide.take_back_offer(case, handover_id, by=visit.by, addresses=dependencies.addresses)
    await store.record_withdrawn(tx, withdrawn)
    recorded = await record_change(tx, case, [withdrawn], context=visit.context(case))
    return await follow_up(tx, dependencies, recorded, context=visit.context(case))


async def _admit_team(
    tx: Transaction, dependencies: Dependencies, handover_id: UUID, *, visit: Visit
) -> Case | Problem:
    """The handover's case, locked, for a member of its team. Raises ``NoSuchHandover``; a refusal is returned."""
    case_id = await store.find_case_of_handover(tx, handover_id)
    case = await store.lock_case(tx, case_id) if case_id is not None else None
    handover = _handover_of(case, handover_id)
    if case is None or handover is None:
        raise NoSuchHandover
    roles = packs.team_roles(dependencies.pack_of(case, at=visit.now))
    refusal = entitlement.to_accept_or_return(visit.by.actor, case, handover=handover, team_roles=roles)
    if refusal is None:
        return case
    at = look(case, visit, RecordKind.HANDOVER, handover_id)
    return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)


async def _load_file(tx: Transaction, case: Case, handover: Handover) -> HandoverFile:
    background = await store.get_background(tx, case.case_id)
    notices = await store.load_progress(tx, [handover.handover_id])
    return HandoverFile(
        handover=handover,
        reference=case.reference,
        decisions=tuple(one for one in case.decisions if one.decision_id in handover.decision_ids),
        current_decisions=tuple(one for one in case.current_decisions if one.child_id in handover.child_ids),
        document_url=background.document_url,
        notice=notices.get(handover.handover_id, NO_NOTICE),
    )


def _handover_of(case: Case | None, handover_id: UUID) -> Handover | None:
    return decide.find_handover(case, handover_id) if case is not None else None

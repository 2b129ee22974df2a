"""Claiming, assigning and giving back cases, one or many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.db import Transaction
from contracts.events import CaseAssigned
from contracts.problems import Problem
from triage import decide, store
from triage.entitlement import Act
from triage.errors import NoSuchWorkersTeam
from triage.handlers.dependencies import Recorded, Visit, admit, record_change
from triage.model import Assign, AssignRow, Case


@dataclass(frozen=True)
class RowResult:
    """What became of one case of many: assigned, or why not."""

    case_id: UUID
    recorded: Recorded | None = None
    problem: Problem | None = None


async def claim_case(tx: Transaction, case_id: UUID, *, visit: Visit) -> Recorded | Problem:
    """Take a case that no other worker has."""
    case = await _admit(tx, visit, case_id, act=Act.CLAIM)
    if isinstance(case, Problem):
        return case
    await store.note_worker(tx, visit.by.actor, now=visit.now)
    return await _record(tx, case, decide.claim(case, by=visit.by), visit=visit)


async def assign_case(tx: Transaction, case_id: UUID, *, command: Assign, visit: Visit) -> Recorded | Problem:
    """Give a case to a worker or to a team."""
    case = await _admit(tx, visit, case_id, act=Act.ASSIGN)
    if isinstance(case, Problem):
        return case
    partnership, worker = visit.by.actor.partnership, None
    if command.worker is not None:
        worker = await store.find_worker(tx, partnership, command.worker)
    elif command.team is not None and not await store.is_team(tx, partnership, command.team):
        raise NoSuchWorkersTeam
    return await _record(tx, case, decide.assign(case, command, worker=worker, by=visit.by), visit=visit)


async def unassign_case(tx: Transaction, case_id: UUID, *, visit: Visit) -> Recorded | Problem:
    """Give a case back, so that nobody has it."""
    case = await _admit(tx, visit, case_id, act=Act.UNASSIGN)
    if isinstance(case, Problem):
        return case
    return await _record(tx, case, decide.unassign(case, by=visit.by), visit=visit)


async def assign_cases(
    tx: Transaction, rows: Sequence[AssignRow], *, command: Assign, visit: Visit
) -> Sequence[RowResult]:
    """The same for many cases, each by itself: one that is refused does not hold the others.

    Rules refuse before anything is written, so a refused row leaves nothing in the transaction but its record.
    Interleaving prevented: two people assign the same cases in other orders, and each waits for the other's lock.
    """
    done = {row.case_id: await _assign_row(tx, row, command, visit) for row in sorted(rows, key=lambda r: r.case_id)}
    return [done[row.case_id] for row in rows]


async def _assign_row(tx: Transaction, row: AssignRow, command: Assign, visit: Visit) -> RowResult:
    seen = replace(visit, seen_version=row.seen_version)
    try:
        if command.worker is None and command.team is None:
            result = await unassign_case(tx, row.case_id, visit=seen)
        else:
            result = await assign_case(tx, row.case_id, command=command, visit=seen)
    except Problem as problem:
        return RowResult(row.case_id, problem=problem)
    if isinstance(result, Problem):
        return RowResult(row.case_id, problem=result)
    return RowResult(row.case_id, recorded=result)


async def _admit(tx: Transaction, visit: Visit, case_id: UUID, *, act: Act) -> Case | Problem:
    return await admit(tx, visit, case_id, act=act, check=decide.check_assignment_seen)


async def _record(tx: Transaction, case: Case, assigned: CaseAssigned, *, visit: Visit) -> Recorded:
    recorded = await record_change(tx, case, [assigned], context=visit.context(case))
    await store.record_assigned(tx, assigned, version=recorded.version)
    await store.announce(tx, case.case_id)
    return recorded

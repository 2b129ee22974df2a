"""Who has a case: a worker claims it, a manager assigns it, anyone who has it gives it back."""

from contracts.events import CaseAssigned
from contracts.problems import FieldError
from triage.decide.shape import must_be_open, of_case
from triage.errors import (
    AlreadyAssigned,
    AssignmentChanged,
    NoSuchWorker,
    NotYours,
    SameAssignment,
    StaleVersion,
)
from triage.model import MASH_MANAGER, Acting, Assign, Case, Worker


def check_assignment_seen(case: Case, seen_version: int) -> None:
    """Raises ``AssignmentChanged`` unless the writer knows who has the case; what else has happened does not matter.

    Interleaving prevented: two people see the same case without a worker, both claim it, and both think it is theirs.
    """
    if seen_version > case.version:
        raise StaleVersion
    if seen_version < case.assigned_version:
        raise AssignmentChanged


def claim(case: Case, *, by: Acting) -> CaseAssigned:
    """Take a case that no other worker has. Raises ``AlreadyAssigned`` or ``SameAssignment``."""
    if case.assignment.worker not in (None, by.actor.subject):
        raise AlreadyAssigned
    return _assigned(case, Assign(by.actor.subject, by.actor.agency), by=by)


def assign(case: Case, command: Assign, *, worker: Worker | None, by: Acting) -> CaseAssigned:
    """Give a case to a worker, who is of a team, or to a team. ``worker``: the one of the command, as known here.

    Raises ``NoSuchWorker`` when none is known, and ``SameAssignment``.
    """
    if command.worker is None:
        return _assigned(case, command, by=by)
    if worker is None:
        raise NoSuchWorker(errors=(FieldError("/worker", "Choose one of the workers that are listed."),))
    return _assigned(case, Assign(worker.subject, worker.team), by=by)


def unassign(case: Case, *, by: Acting) -> CaseAssigned:
    """Give a case back, so that nobody has it: one's own, or as a manager anybody's. Raises ``NotYours``."""
    is_own = case.assignment.worker == by.actor.subject
    if not is_own and MASH_MANAGER not in by.actor.roles:
        raise NotYours
    return _assigned(case, Assign(), by=by)


def _assigned(case: Case, wanted: Assign, *, by: Acting) -> CaseAssigned:
    before = case.assignment
    must_be_open(case)
    if (wanted.worker, wanted.team) == (before.worker, before.team):
        raise SameAssignment
    return CaseAssigned(
        **of_case(case),
        worker=wanted.worker,
        team=wanted.team,
        previous_worker=before.worker,
        previous_team=before.team,
        assigned_by=by.actor.subject,
        assigned_at=by.now,
    )

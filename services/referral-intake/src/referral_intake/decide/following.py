"""How far a referral has come, as its sender sees it, and whether we kept our time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from referral_intake.model import Milestone, Milestones, Round, Status, Step


def status(milestones: Milestones, *, open_questions: int = 0) -> Status:
    """The furthest step that was reached; an open question counts until every child is decided."""
    if milestones.closed_at is not None:
        return Status.CLOSED
    if milestones.decided_at is not None:
        return Status.DECIDED
    if open_questions:
        return Status.NEEDS_ANSWER
    if milestones.looked_at is not None:
        return Status.BEING_LOOKED_AT
    return Status.RECEIVED


def is_late(expected_by: datetime, settled_at: datetime | None, *, now: datetime) -> bool:
    """Whether a decision came, or still comes, later than was promised. A decision does not undo its lateness."""
    return (settled_at or now) > expected_by


def settled_at(milestones: Milestones) -> datetime | None:
    """When the promise that runs now was kept: by a decision for every child, or by closing without a new one."""
    return milestones.decided_at or milestones.closed_at


def rounds(received_at: datetime, expected_by: datetime, milestones: Iterable[Milestone]) -> tuple[Round, ...]:
    """Every promise that was made about a referral, and when it was kept; the last one runs, or was kept last."""
    found = [Round(received_at, expected_by, None)]
    for milestone in sorted(milestones, key=lambda each: each.reached_at):
        if milestone.step is Step.REOPENED and milestone.due_at is not None:
            found.append(Round(milestone.reached_at, milestone.due_at, None))
        elif milestone.step in (Step.DECIDED, Step.CLOSED) and found[-1].settled_at is None:
            found[-1] = replace(found[-1], settled_at=milestone.reached_at)
    return tuple(found)

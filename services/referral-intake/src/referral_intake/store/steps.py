"""SQL of what triage does with referrals: the steps it reached, and what it decided for each child. Set-based."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from chassis.db import Transaction
from chassis.rows import document, insert_of
from contracts.events import CaseDecided
from referral_intake.model import Milestone
from referral_intake.tables import milestone

_LOCK: Final = text(
    """SELECT referral_id FROM referral WHERE referral_id = ANY(CAST(:ids AS uuid[]))
       ORDER BY referral_id FOR NO KEY UPDATE"""
)
_ADVANCE: Final = text(
    """UPDATE referral r SET
           looked_at = CASE n.step WHEN 'opened' THEN n.reached_at ELSE r.looked_at END,
           decided_at = CASE n.step WHEN 'decided' THEN n.reached_at WHEN 'reopened' THEN NULL ELSE r.decided_at END,
           closed_at = CASE n.step WHEN 'closed' THEN n.reached_at WHEN 'reopened' THEN NULL ELSE r.closed_at END,
           decision_due_at = CASE n.step WHEN 'reopened' THEN n.due_at ELSE r.decision_due_at END,
           case_version = coalesce(n.version, r.case_version)
       FROM unnest(CAST(:ids AS uuid[]), CAST(:steps AS text[]), CAST(:times AS timestamptz[]),
                   CAST(:due AS timestamptz[]), CAST(:versions AS integer[]))
            AS n(referral_id, step, reached_at, due_at, version)
       WHERE r.referral_id = n.referral_id AND (n.version IS NULL OR n.version >= coalesce(r.case_version, 0))"""
)
_KEEP: Final = insert_of(milestone, ("referral_id", "step", "reached_at", "due_at"), unless_there=True)
_LOCK_CHILDREN: Final = text(
    """SELECT c.child_id, c.outcome, c.decision_version
       FROM child c JOIN unnest(CAST(:children AS uuid[]), CAST(:referrals AS uuid[])) AS n(child_id, referral_id)
            USING (child_id, referral_id)
       ORDER BY c.child_id FOR NO KEY UPDATE OF c"""
)
# Of a decision that was known only through the one that supersedes it, version 0, more is known now.
_LIST: Final = text(
    """INSERT INTO child_decision AS d (decision_id, child_id, version, outcome, supersedes, supersedes_reason)
       SELECT decision_id, child_id, version, outcome, supersedes, supersedes_reason
       FROM jsonb_populate_recordset(NULL::child_decision, CAST(:rows AS jsonb))
       ON CONFLICT (decision_id) DO UPDATE
       SET child_id = EXCLUDED.child_id, version = EXCLUDED.version, outcome = EXCLUDED.outcome,
           supersedes = EXCLUDED.supersedes, supersedes_reason = EXCLUDED.supersedes_reason
       WHERE d.version = 0"""
)
_STAND: Final = text(
    """UPDATE child c SET outcome = n.outcome, feedback = n.feedback, decided_at = n.decided_at,
                          decision_version = n.version
       FROM unnest(CAST(:children AS uuid[]), CAST(:outcomes AS text[]), CAST(:feedback AS text[]),
                   CAST(:times AS timestamptz[]), CAST(:versions AS integer[]))
            AS n(child_id, outcome, feedback, decided_at, version)
       WHERE c.child_id = n.child_id AND n.version >= coalesce(c.decision_version, 0)"""
)
_ALL_DECIDED: Final = text(
    """SELECT referral_id FROM child WHERE referral_id = ANY(CAST(:ids AS uuid[]))
       GROUP BY referral_id HAVING bool_and(decided_at IS NOT NULL)"""
)
_EARLIER_ACCEPTED: Final = text(
    "UPDATE child_decision SET earlier_accepted = true WHERE decision_id = ANY(CAST(:ids AS uuid[]))"
)


@dataclass(frozen=True)
class Reached:
    """A step of triage that one referral reached. ``version`` is the case's that the step made: an older one that comes
    again, or late, changes nothing that stands; None when it is not triage's doing, but follows from what its sender
    added.
    """

    referral_id: UUID
    milestone: Milestone
    version: int | None = None


@dataclass(frozen=True)
class Decided:
    """One child's decision, and the version of the case that it made."""

    event: CaseDecided
    version: int


async def record_milestones(tx: Transaction, reached: Sequence[Reached]) -> bool:
    """Note steps of triage, one for each referral, as the referral stands and for good. False: one is not known."""
    ids = [one.referral_id for one in reached]
    if len((await tx.execute(_LOCK, {"ids": ids})).all()) != len(ids):
        return False
    columns = {
        "steps": [one.milestone.step for one in reached],
        "times": [one.milestone.reached_at for one in reached],
        "due": [one.milestone.due_at for one in reached],
        "versions": [one.version for one in reached],
    }
    await tx.execute(_ADVANCE, {"ids": ids, **columns})
    await tx.execute(_KEEP, document({"referral_id": one.referral_id, **vars(one.milestone)} for one in reached))
    return True


async def record_milestone(tx: Transaction, referral_id: UUID, reached: Milestone, *, version: int | None) -> bool:
    """The same for one referral."""
    return await record_milestones(tx, [Reached(referral_id, reached, version)])


async def record_decided(tx: Transaction, decided: Sequence[Decided]) -> bool:
    """Note decisions, one for each child; the newest by its case's version stands. False: a child is not known, or not
    of that referral.
    """
    events = [one.event for one in decided]
    children = [event.child_id for event in events]
    wanted = {"children": children, "referrals": [event.referral_id for event in events]}
    known = {row.child_id: row for row in await tx.execute(_LOCK_CHILDREN, wanted)}
    if len(known) != len(children):
        return False
    earlier = (_earlier_row(one, known[one.event.child_id]) for one in decided)
    await tx.execute(_LIST, document([row for row in earlier if row] + [_decision_row(one) for one in decided]))
    columns = {
        "children": children,
        "outcomes": [event.outcome for event in events],
        "feedback": [event.referrer_feedback for event in events],
        "times": [event.decided_at for event in events],
        "versions": [one.version for one in decided],
    }
    await tx.execute(_STAND, columns)
    return True


async def find_all_decided(tx: Transaction, referral_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the referrals of which every child that is known here has a decision."""
    return frozenset(await tx.scalars(_ALL_DECIDED, {"ids": list(referral_ids)}))


async def record_earlier_accepted(tx: Transaction, decision_ids: Collection[UUID]) -> None:
    """Teams had accepted children by decisions that these supersede: those were carried out, mistake or not."""
    await tx.execute(_EARLIER_ACCEPTED, {"ids": list(decision_ids)})


def _decision_row(decided: Decided) -> dict[str, Any]:
    event = decided.event
    return {
        "decision_id": event.decision_id,
        "child_id": event.child_id,
        "version": decided.version,
        "outcome": event.outcome,
        "supersedes": event.supersedes,
        "supersedes_reason": event.supersedes_reason,
    }


def _earlier_row(decided: Decided, known: Row[Any]) -> dict[str, Any] | None:
    """The superseded decision, where the child has it from before decisions were listed."""
    event = decided.event
    if known.decision_version is not None or known.outcome is None or event.supersedes is None:
        return None
    return {"decision_id": event.supersedes, "child_id": event.child_id, "version": 0, "outcome": known.outcome}

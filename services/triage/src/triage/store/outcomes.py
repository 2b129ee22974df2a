"""SQL of recommendations and decisions."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, update

from chassis.db import Transaction
from contracts.codes import Outcome, SupersedingReason, ThresholdLevel
from contracts.events import CaseDecided, CaseRecommended, CaseReturned
from triage import tables
from triage.model import Decision, Recommendation, Settled
from triage.store.loading import Part, Record


async def record_recommended(tx: Transaction, recommended: CaseRecommended, *, rationale: str) -> None:
    """A recommendation; one that was open for the child is replaced."""
    recommendation = tables.recommendation
    replaced = {
        "settled": Settled.REPLACED.value,
        "settled_by": recommended.recommended_by,
        "settled_at": recommended.recommended_at,
    }
    open_one = (recommendation.c.child_id == recommended.child_id, recommendation.c.settled.is_(None))
    await tx.execute(update(recommendation).where(*open_one).values(replaced))
    values = {
        "recommendation_id": recommended.recommendation_id,
        "case_id": recommended.case_id,
        "child_id": recommended.child_id,
        "outcome": recommended.outcome.value,
        "level": recommended.level.value,
        "rationale": rationale,
        "recommended_by": recommended.recommended_by,
        "recommended_at": recommended.recommended_at,
        **_superseding(recommended),
    }
    await tx.execute(insert(recommendation).values(values))


async def record_decided(
    tx: Transaction, decided: CaseDecided, *, rationale: str, team: str | None, version: int
) -> None:
    """The child's decision, and the recommendation that it agrees to. One that it supersedes is left as it is.

    ``version`` is the case's that it made. The database refuses a second decision that supersedes the same one, or
    that supersedes none where there is one: whatever happens, a child's decisions are one chain.
    """
    conclusion = {
        "settled": Settled.AGREED.value,
        "settled_by": decided.authorised_by,
        "settled_at": decided.decided_at,
        "settled_rationale": rationale,
    }
    await _conclude(tx, decided.recommendation_id, conclusion)
    values = {
        "decision_id": decided.decision_id,
        "case_id": decided.case_id,
        "child_id": decided.child_id,
        "recommendation_id": decided.recommendation_id,
        "outcome": decided.outcome.value,
        "level": decided.level.value,
        "team": team,
        "rationale": rationale,
        "authorised_by": decided.authorised_by,
        "decided_at": decided.decided_at,
        "policy_version": decided.policy_version,
        "version": version,
        **_superseding(decided),
    }
    await tx.execute(insert(tables.decision).values(values))


async def record_turned_down(tx: Transaction, returned: CaseReturned, *, rationale: str) -> None:
    """The recommendation that was turned down, and why."""
    conclusion = {
        "settled": Settled.TURNED_DOWN.value,
        "settled_by": returned.returned_by,
        "settled_at": returned.returned_at,
        "settled_rationale": rationale,
    }
    await _conclude(tx, returned.recommendation_id, conclusion)


async def _conclude(tx: Transaction, recommendation_id: UUID, conclusion: dict[str, Any]) -> None:
    recommendation = tables.recommendation
    only = recommendation.c.recommendation_id == recommendation_id
    await tx.execute(update(recommendation).where(only).values(conclusion))


def _superseding(event: CaseRecommended | CaseDecided) -> dict[str, Any]:
    reason = event.supersedes_reason
    return {"supersedes": event.supersedes, "supersedes_reason": reason.value if reason else None}


def _reason(row: Record) -> SupersedingReason | None:
    return SupersedingReason(row.supersedes_reason) if row.supersedes_reason else None


def _recommendation(row: Record) -> Recommendation:
    return Recommendation(
        recommendation_id=row.recommendation_id,
        child_id=row.child_id,
        outcome=Outcome(row.outcome),
        level=ThresholdLevel(row.level),
        recommended_by=row.recommended_by,
        recommended_at=row.recommended_at,
        rationale=row.rationale,
        settled=Settled(row.settled) if row.settled else None,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        settled_rationale=row.settled_rationale,
        supersedes=row.supersedes,
        supersedes_reason=_reason(row),
    )


def _decision(row: Record) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        recommendation_id=row.recommendation_id,
        child_id=row.child_id,
        outcome=Outcome(row.outcome),
        level=ThresholdLevel(row.level),
        team=row.team,
        authorised_by=row.authorised_by,
        decided_at=row.decided_at,
        policy_version=row.policy_version,
        rationale=row.rationale,
        version=row.version,
        supersedes=row.supersedes,
        supersedes_reason=_reason(row),
    )


RECOMMENDATIONS: Final = Part(tables.recommendation, ("recommended_at", "recommendation_id"), _recommendation)
"""The recommendations of a case, oldest first."""
DECISIONS: Final = Part(tables.decision, ("version", "decision_id"), _decision)
"""The decisions of a case, oldest first."""

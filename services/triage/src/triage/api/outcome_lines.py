"""What was recommended, decided and handed over, line by line, as its readers see it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from contracts.codes import (
    HandoverReturnReason,
    HandoverWithdrawalReason,
    Outcome,
    SupersedingReason,
    ThresholdLevel,
)
from triage.api.dependencies import View
from triage.model import Case, Decision, Handover, HandoverState, NoticeProgress, Recommendation, Settled


class RecommendationLine(View):
    """What was recommended for a child, and what became of it; open while ``settled`` is empty."""

    recommendation_id: UUID
    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    rationale: str
    recommended_by: str
    recommended_at: datetime
    supersedes: UUID | None = Field(description="The child's decision that it would supersede.")
    supersedes_reason: SupersedingReason | None
    settled: Settled | None
    settled_by: str | None
    settled_at: datetime | None
    settled_rationale: str | None

    @classmethod
    def of(cls, recommendation: Recommendation) -> Self:
        """The same, as shown."""
        return cls.model_validate(recommendation, from_attributes=True)


class DecisionLine(View):
    """One decision for a child. The one that nothing supersedes stands."""

    decision_id: UUID
    recommendation_id: UUID
    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    team: str | None
    rationale: str
    authorised_by: str
    decided_at: datetime
    policy_version: str
    supersedes: UUID | None = Field(description="The decision for the child that stood before.")
    supersedes_reason: SupersedingReason | None
    superseded_by: UUID | None = Field(description="The decision for the child that followed; empty: this one stands.")
    stale: bool = Field(description="Something is known now that those who decided did not have.")

    @classmethod
    def of(cls, decision: Decision, case: Case) -> Self:
        """The same, as shown."""
        later = (one.decision_id for one in case.decisions if one.supersedes == decision.decision_id)
        return cls(
            decision_id=decision.decision_id,
            recommendation_id=decision.recommendation_id,
            child_id=decision.child_id,
            outcome=decision.outcome,
            level=decision.level,
            team=decision.team,
            rationale=decision.rationale,
            authorised_by=decision.authorised_by,
            decided_at=decision.decided_at,
            policy_version=decision.policy_version,
            supersedes=decision.supersedes,
            supersedes_reason=decision.supersedes_reason,
            superseded_by=next(later, None),
            stale=case.is_stale(decision),
        )


class HandoverLine(View):
    """Children offered to a team; complete when it accepts."""

    handover_id: UUID
    team: str
    state: HandoverState
    child_ids: tuple[UUID, ...]
    decision_ids: tuple[UUID, ...] = Field(description="What it hands over; a later decision needs its own handover.")
    summary: str
    offered_by: str
    offered_at: datetime
    accept_due_at: datetime
    overdue: bool
    delivered_at: datetime | None
    opened_at: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None
    returned_by: str | None
    returned_at: datetime | None
    return_reason: HandoverReturnReason | None
    return_note: str | None = Field(description="What the team says about it.")
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: HandoverWithdrawalReason | None

    @classmethod
    def of(cls, handover: Handover, notice: NoticeProgress, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            handover_id=handover.handover_id,
            team=handover.team,
            state=handover.state,
            child_ids=handover.child_ids,
            decision_ids=handover.decision_ids,
            summary=handover.summary,
            offered_by=handover.offered_by,
            offered_at=handover.offered_at,
            accept_due_at=handover.accept_due_at,
            overdue=handover.state is HandoverState.OFFERED and now >= handover.accept_due_at,
            delivered_at=notice.delivered_at,
            opened_at=notice.opened_at,
            accepted_by=handover.accepted_by,
            accepted_at=handover.accepted_at,
            returned_by=handover.returned_by,
            returned_at=handover.returned_at,
            return_reason=handover.return_reason,
            return_note=handover.return_note,
            withdrawn_by=handover.withdrawn_by,
            withdrawn_at=handover.withdrawn_at,
            withdrawal_reason=handover.withdrawal_reason,
        )

"""What is recommended for a child, and what was decided."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import Outcome, SupersedingReason, ThresholdLevel


class Settled(StrEnum):
    """What became of a recommendation."""

    AGREED = "agreed"
    TURNED_DOWN = "turned-down"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Recommendation:
    """What one person recommends for one child; open until ``settled``.

    ``supersedes`` is the child's decision that it would supersede, and why; None for a child without one.
    """

    recommendation_id: UUID
    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    recommended_by: str
    recommended_at: datetime
    rationale: str = field(repr=False)
    settled: Settled | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    settled_rationale: str | None = field(default=None, repr=False)
    supersedes: UUID | None = None
    supersedes_reason: SupersedingReason | None = None


@dataclass(frozen=True)
class Decision:
    """The outcome for one child, authorised. ``team`` is to receive the child; None: nobody has to.

    ``version`` is the case's that it made: what came to the case later has a higher one. ``supersedes`` is the
    decision for the same child that stood before.
    """

    decision_id: UUID
    recommendation_id: UUID
    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    team: str | None
    authorised_by: str
    decided_at: datetime
    policy_version: str
    rationale: str = field(repr=False)
    version: int = 0
    supersedes: UUID | None = None
    supersedes_reason: SupersedingReason | None = None

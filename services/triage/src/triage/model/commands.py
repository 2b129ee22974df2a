"""What people want to do to a case."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.codes import (
    HandoverReturnReason,
    LawfulBasis,
    Outcome,
    Rating,
    SupersedingReason,
    ThresholdLevel,
)
from triage.model.information import Reply


@dataclass(frozen=True)
class Detail:
    """A new record of a case, and the address at which someone entitled reads it."""

    id: UUID
    url: str


@dataclass(frozen=True)
class Addresses:
    """Where those entitled read records that there are. ``public_url`` is where others reach this service."""

    public_url: str

    def case(self, case_id: UUID) -> str:
        """A case."""
        return f"{self.public_url}/v1/cases/{case_id}"

    def request(self, request_id: UUID) -> str:
        """An information request, with what the agency said."""
        return f"{self.public_url}/v1/information-requests/{request_id}"

    def handover(self, handover_id: UUID) -> str:
        """A handover."""
        return f"{self.public_url}/v1/handovers/{handover_id}"


@dataclass(frozen=True)
class Rate:
    """Set the urgency. ``rationale`` is needed when an earlier rating changes."""

    rating: Rating
    rationale: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Ask:
    """Ask an agency what it knows; without ``child_ids`` about every child of the case."""

    agency: str
    lawful_basis: LawfulBasis
    question: str = field(repr=False)
    child_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class AskSender:
    """Ask the sender of the referral something about it."""

    question: str = field(repr=False)


@dataclass(frozen=True)
class Correct:
    """An agency puts the answer right that it gave in a revision."""

    revision: int
    reply: Reply
    reason: str = field(repr=False)


@dataclass(frozen=True)
class TakeBack:
    """An agency takes the answer back that it gave in a revision."""

    revision: int
    reason: str = field(repr=False)


@dataclass(frozen=True)
class Recommend:
    """Recommend an outcome and a level of need for one child; with the reason when it has a decision already."""

    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    rationale: str = field(repr=False)
    supersedes_reason: SupersedingReason | None = None


@dataclass(frozen=True)
class Authorise:
    """Agree to a recommendation, or turn it down."""

    recommendation_id: UUID
    agree: bool
    rationale: str = field(repr=False)


@dataclass(frozen=True)
class Offer:
    """Offer children to a team."""

    team: str
    child_ids: tuple[UUID, ...]
    summary: str = field(repr=False)


@dataclass(frozen=True)
class Return:
    """A team returns a handover; ``note`` is what it wants triage to know."""

    handover_id: UUID
    reason: HandoverReturnReason
    note: str = field(repr=False)


@dataclass(frozen=True)
class Assign:
    """Give a case to a worker, to a team, or to nobody. A worker's team is the one that worker is of."""

    worker: str | None = None
    team: str | None = None


@dataclass(frozen=True)
class AssignRow:
    """One case of many that are assigned at once, and the version of it that was seen."""

    case_id: UUID
    seen_version: int

"""What people want to do to a case."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.codes import (
    Answer,
    LawfulBasis,
    Outcome,
    Rating,
    RefusalGround,
    ThresholdLevel,
)


@dataclass(frozen=True)
class Detail:
    """A new record of a case, and the address at which someone entitled reads it."""

    id: UUID
    url: str


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
class Reply:
    """What an agency answers."""

    answer: Answer
    content: str | None = field(default=None, repr=False)
    refusal_ground: RefusalGround | None = None
    refusal_reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Recommend:
    """Recommend an outcome and a level of need for one child."""

    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    rationale: str = field(repr=False)


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

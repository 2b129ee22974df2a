"""What the partnership's pack says, as facts the rules can use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.codes import LawfulBasis, Outcome, Rating, RatingReason

DECISION_CLOCK: Final = "decision"
INFORMATION_REQUEST_CLOCK: Final = "information-request"
QUESTION_CLOCK: Final = "question"
OFFER_CLOCK: Final = "handover-offer"


@dataclass(frozen=True)
class Alarm:
    """Who is notified when a share of a clock's time is used; 1 is due."""

    share: float
    at: datetime
    tell: tuple[str, ...]


@dataclass(frozen=True)
class Timing:
    """A clock as the pack times it from ``started_at``: when it is due, what event stops it, who is notified when."""

    name: str
    started_at: datetime
    due_at: datetime
    stops: str
    alarms: tuple[Alarm, ...]
    policy_version: str


@dataclass(frozen=True)
class Suggestion:
    """A rating that the pack suggests for what is known, and why. Advisory: a person rates."""

    rating: Rating
    reasons: tuple[RatingReason, ...]


@dataclass(frozen=True)
class OpeningTerms:
    """What the pack suggests and times for a new case."""

    suggested_rating: Rating
    suggestion_reasons: tuple[RatingReason, ...]
    decision: Timing
    policy_version: str


@dataclass(frozen=True)
class AskingTerms:
    """Which agencies and grounds the pack allows, and how long the agency has."""

    agencies: frozenset[str]
    lawful_bases: frozenset[LawfulBasis]
    timing: Timing


@dataclass(frozen=True)
class OutcomeTerms:
    """Who may recommend and authorise an outcome, which team receives it, what the referrer may hear."""

    recommended_by: frozenset[str]
    authorised_by: frozenset[str]
    team: str | None
    referrer_feedback: str | None
    policy_version: str


@dataclass(frozen=True)
class OfferTerms:
    """What a team's acceptance is timed and entitled by, and which teams there are.

    ``authorised_by``: who may authorise each outcome, and so may send a child to another team than the outcome's.
    """

    timing: Timing
    role: str
    teams: frozenset[str]
    authorised_by: Mapping[Outcome, frozenset[str]]


@dataclass(frozen=True)
class DueAlarm:
    """An alarm whose moment has come, of a clock that still runs."""

    case_id: UUID
    referral_id: UUID
    clock_id: UUID
    clock: str
    about_id: UUID
    due_at: datetime
    alarm: Alarm
    policy_version: str

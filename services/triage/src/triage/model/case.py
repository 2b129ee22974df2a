"""A case, with all that happened to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import (
    Answer,
    ClosureReason,
    LawfulBasis,
    Outcome,
    Rating,
    RefusalGround,
    ThresholdLevel,
)
from triage.model.news import News, Question
from triage.model.terms import DECISION_CLOCK


class CaseState(StrEnum):
    """How far a case is; what happens next to it."""

    NEW = "new"
    RATED = "rated"
    DECIDED = "decided"
    HANDING_OVER = "handing-over"
    CLOSED = "closed"


class RequestState(StrEnum):
    """How far an agency is with a request. Asked is not delivered, delivered not opened, opened not answered."""

    ASKED = "asked"
    DELIVERED = "delivered"
    OPENED = "opened"
    ANSWERED = "answered"


class Settled(StrEnum):
    """What became of a recommendation."""

    AGREED = "agreed"
    TURNED_DOWN = "turned-down"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Child:
    """One child of a case, by an id that means nothing elsewhere."""

    child_id: UUID
    unborn: bool


@dataclass(frozen=True)
class InformationRequest:
    """One question to one agency. ``answer`` is None while there is none: silence is not "nothing held"."""

    request_id: UUID
    case_id: UUID
    agency: str
    lawful_basis: LawfulBasis
    child_ids: tuple[UUID, ...]
    requested_by: str
    requested_at: datetime
    due_at: datetime
    question: str = field(repr=False)
    answer: Answer | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    refusal_ground: RefusalGround | None = None
    content: str | None = field(default=None, repr=False)
    refusal_reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Recommendation:
    """What one person recommends for one child; open until ``settled``."""

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


@dataclass(frozen=True)
class Decision:
    """The outcome for one child, authorised. ``team`` takes the child on; None: nobody has to."""

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


@dataclass(frozen=True)
class Handover:
    """Children offered to a team; complete when the team accepts."""

    handover_id: UUID
    case_id: UUID
    team: str
    child_ids: tuple[UUID, ...]
    offered_by: str
    offered_at: datetime
    accept_due_at: datetime
    summary: str = field(repr=False)
    accepted_by: str | None = None
    accepted_at: datetime | None = None


@dataclass(frozen=True)
class Clock:
    """A step's time limit as it runs for one case. ``about_id`` is the case, request or handover it times."""

    clock_id: UUID
    name: str
    about_id: UUID
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None

    @property
    def runs(self) -> bool:
        """False once what it waited for has happened."""
        return self.stopped_at is None


@dataclass(frozen=True)
class Case:
    """What triage works on: one referral, with everything decided about it.

    ``version`` counts the case's events; ``changed_version`` is the last of them that was not a clock's alarm.
    """

    case_id: UUID
    referral_id: UUID
    partnership: str
    reference: str
    agency: str
    received_at: datetime
    opened_at: datetime
    suggested_rating: Rating
    decision_due_at: datetime
    policy_version: str
    version: int
    changed_version: int
    children: tuple[Child, ...]
    rating: Rating | None = None
    requests: tuple[InformationRequest, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    decisions: tuple[Decision, ...] = ()
    handovers: tuple[Handover, ...] = ()
    clocks: tuple[Clock, ...] = ()
    questions: tuple[Question, ...] = ()
    news: tuple[News, ...] = ()
    closed_at: datetime | None = None
    closed_reason: ClosureReason | None = None
    reopened_at: datetime | None = None

    @property
    def child_ids(self) -> tuple[UUID, ...]:
        """The children, in the order of the referral."""
        return tuple(child.child_id for child in self.children)

    @property
    def undecided(self) -> frozenset[UUID]:
        """Children who still need a decision."""
        return frozenset(self.child_ids) - {decision.child_id for decision in self.decisions}

    @property
    def not_offered(self) -> frozenset[UUID]:
        """Children whose outcome a team must take on, and who were not offered to it yet."""
        offered = {child_id for handover in self.handovers for child_id in handover.child_ids}
        return frozenset(decision.child_id for decision in self.decisions if decision.team is not None) - offered

    @property
    def not_accepted(self) -> tuple[Handover, ...]:
        """Handovers that wait for their team."""
        return tuple(handover for handover in self.handovers if handover.accepted_at is None)

    @property
    def unseen(self) -> tuple[News, ...]:
        """News that nobody of triage has looked at."""
        return tuple(news for news in self.news if news.seen_at is None)

    @property
    def decision_clock(self) -> Clock | None:
        """The decision clock that runs: while a child is undecided, or news waits for a person to be done with it."""
        return next((clock for clock in self.clocks if clock.name == DECISION_CLOCK and clock.runs), None)

    @property
    def decision_from(self) -> datetime:
        """What the decision's time is counted from: the receipt of the referral, or of the news that began it anew."""
        starts = [clock.started_at for clock in self.clocks if clock.name == DECISION_CLOCK]
        return max(starts, default=self.received_at)

    @property
    def state(self) -> CaseState:
        """How far the case is."""
        return state_of(
            closed=self.closed_at is not None,
            undecided=bool(self.undecided),
            handovers=bool(self.not_offered or self.not_accepted),
            rated=self.rating is not None,
        )


def state_of(*, closed: bool, undecided: bool, handovers: bool, rated: bool) -> CaseState:
    """How far a case is, from what is still to be done."""
    if closed:
        return CaseState.CLOSED
    if undecided:
        return CaseState.RATED if rated else CaseState.NEW
    return CaseState.HANDING_OVER if handovers else CaseState.DECIDED

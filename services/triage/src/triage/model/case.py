"""A case, with all that happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import CaseNews, ClosureReason, Code, CurrentPlan, Rating
from contracts.events import ChildPlans, ChildReference
from triage.model.handover import Handover, HandoverState
from triage.model.information import InformationRequest
from triage.model.news import News, Question
from triage.model.outcomes import Decision, Recommendation
from triage.model.terms import DECISION_CLOCK, OFFER_CLOCK


class CaseState(StrEnum):
    """How far a case is; what happens next to it."""

    NEW = "new"
    RATED = "rated"
    DECIDED = "decided"
    HANDING_OVER = "handing-over"
    CLOSED = "closed"


class WaitsFor(Code):
    """The next thing that somebody has to do to a case."""

    RATING = "rating", "Needs a rating"
    RECOMMENDATION = "recommendation", "Needs a recommendation"
    AUTHORISATION = "authorisation", "Needs someone to authorise a recommendation"
    OFFER = "offer", "Needs to be offered to a team"
    ACCEPTANCE = "acceptance", "Waits for a team to accept"
    CLOSING = "closing", "Needs a look: close it or decide again"
    NOTHING = "nothing", "Closed"


@dataclass(frozen=True)
class Child:
    """One child of a case, by an id that means nothing elsewhere. ``plans``: None when the referral does not say."""

    child_id: UUID
    unborn: bool
    plans: tuple[CurrentPlan, ...] | None = None


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
class Assignment:
    """Who has a case: a worker and the team that worker is of, or a team alone."""

    worker: str | None = None
    team: str | None = None
    assigned_by: str | None = None
    assigned_at: datetime | None = None


NOBODY = Assignment()


@dataclass(frozen=True)
class Case:
    """What triage works on: one referral, with everything decided about it.

    ``version`` counts the case's events; ``changed_version`` is the last of them that says something about children:
    neither a clock's alarm nor who has the case, of which the last is ``assigned_version``.
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
    assignment: Assignment = NOBODY
    assigned_version: int = 0

    @property
    def child_ids(self) -> tuple[UUID, ...]:
        """The children, in the order of the referral."""
        return tuple(child.child_id for child in self.children)

    @property
    def undecided(self) -> frozenset[UUID]:
        """Children who still need a decision."""
        return frozenset(self.child_ids) - {decision.child_id for decision in self.decisions}

    @property
    def deciding_again(self) -> frozenset[UUID]:
        """Children with a decision that somebody recommends to supersede."""
        waiting = frozenset(one.child_id for one in self.recommendations if one.settled is None)
        return waiting - self.undecided

    @property
    def current_decisions(self) -> tuple[Decision, ...]:
        """Each child's newest decision: the one that nothing supersedes."""
        superseded = {decision.supersedes for decision in self.decisions}
        return tuple(decision for decision in self.decisions if decision.decision_id not in superseded)

    def find_decision(self, child_id: UUID) -> Decision | None:
        """The decision that stands for a child."""
        return next((decision for decision in self.current_decisions if decision.child_id == child_id), None)

    def news_since(self, decision: Decision) -> tuple[News, ...]:
        """What those who made a decision did not have."""
        return tuple(one for one in self.news if one.version > decision.version and one.concerns(decision.child_id))

    def is_stale(self, decision: Decision) -> bool:
        """Whether a decision was made without something that is known now. A returned handover adds no knowledge."""
        return any(one.what is not CaseNews.HANDOVER_RETURNED for one in self.news_since(decision))

    @property
    def not_offered(self) -> frozenset[UUID]:
        """Children whose outcome a team must take on, and whose newest decision no team has or may accept."""
        offered = {
            decision_id for handover in self.handovers if handover.stands for decision_id in handover.decision_ids
        }
        return frozenset(
            decision.child_id
            for decision in self.current_decisions
            if decision.team is not None and decision.decision_id not in offered
        )

    def was_returned(self, decision: Decision) -> bool:
        """Whether a team returned what it was offered under a decision."""
        return any(
            one.state is HandoverState.RETURNED and decision.decision_id in one.decision_ids for one in self.handovers
        )

    @property
    def not_accepted(self) -> tuple[Handover, ...]:
        """Handovers that wait for their team."""
        return tuple(handover for handover in self.handovers if handover.state is HandoverState.OFFERED)

    @property
    def unseen(self) -> tuple[News, ...]:
        """News that nobody of triage has looked at."""
        return tuple(news for news in self.news if news.seen_at is None)

    @property
    def decision_clock(self) -> Clock | None:
        """The decision clock that runs: while a child is undecided, or news waits for a person to be done with it."""
        return self._running(DECISION_CLOCK)

    @property
    def offer_clock(self) -> Clock | None:
        """The clock that runs while a decided child waits to be offered to a team."""
        return self._running(OFFER_CLOCK)

    @property
    def decision_from(self) -> datetime:
        """What the decision's time is counted from: the receipt of the referral, or what started it again."""
        starts = [clock.started_at for clock in self.clocks if clock.name == DECISION_CLOCK]
        return max(starts, default=self.received_at)

    @property
    def state(self) -> CaseState:
        """How far the case is."""
        return state_of(
            closed=self.closed_at is not None,
            undecided=bool(self.undecided or self.deciding_again),
            handovers=bool(self.not_offered or self.not_accepted),
            rated=self.rating is not None,
        )

    @property
    def waits_for(self) -> WaitsFor:
        """What somebody has to do next."""
        if self.closed_at is not None:
            return WaitsFor.NOTHING
        waiting = self.undecided | self.deciding_again
        if waiting:
            return self._waits_for_decision(waiting)
        if self.not_offered:
            return WaitsFor.OFFER
        return WaitsFor.ACCEPTANCE if self.not_accepted else WaitsFor.CLOSING

    def _waits_for_decision(self, waiting: frozenset[UUID]) -> WaitsFor:
        if waiting <= {one.child_id for one in self.recommendations if one.settled is None}:
            return WaitsFor.AUTHORISATION
        return WaitsFor.RATING if self.rating is None else WaitsFor.RECOMMENDATION

    def _running(self, name: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.name == name and clock.runs), None)


def children_of(named: Iterable[ChildReference], plans: Iterable[ChildPlans]) -> tuple[Child, ...]:
    """Children as an event names them, with what it says of their plans."""
    said = {of.child_id: of.plans for of in plans}
    return tuple(Child(child.child_id, child.unborn, said.get(child.child_id)) for child in named)


def state_of(*, closed: bool, undecided: bool, handovers: bool, rated: bool) -> CaseState:
    """How far a case is, from what is still to be done."""
    if closed:
        return CaseState.CLOSED
    if undecided:
        return CaseState.RATED if rated else CaseState.NEW
    return CaseState.HANDING_OVER if handovers else CaseState.DECIDED

"""What is shown beside a case: how it came in, how it was rated, what was told, and its line in the queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.codes import ConcernType, MissingItem, Rating, RatingReason
from triage.model.case import Case, CaseState, InformationRequest, RequestState, state_of


@dataclass(frozen=True)
class Background:
    """What the referral's receipt said, in codes. ``document_url`` is where the document itself is read."""

    suggestion_reasons: tuple[RatingReason, ...]
    concern_types: tuple[ConcernType, ...]
    missing_information: tuple[MissingItem, ...]
    immediate_danger: bool
    previous_referral_id: UUID | None
    document_url: str


@dataclass(frozen=True)
class Rated:
    """One rating a case has had."""

    rating: Rating
    previous_rating: Rating | None
    rated_by: str
    rated_at: datetime
    decision_due_at: datetime
    rationale: str | None = field(repr=False)


@dataclass(frozen=True)
class Telling:
    """Whether a notice about a request or a handover arrived, and whether somebody opened it."""

    delivered_at: datetime | None = None
    opened_at: datetime | None = None


UNTOLD = Telling()


@dataclass(frozen=True)
class CaseFile:
    """A case as its readers see it. ``tellings`` are by the request or handover they are about."""

    case: Case
    background: Background
    ratings: tuple[Rated, ...]
    tellings: Mapping[UUID, Telling]


@dataclass(frozen=True)
class QueueMark:
    """A place in the queue, from which the next page goes on."""

    without_due: bool
    due_at: datetime
    case_id: UUID


@dataclass(frozen=True)
class QueueItem:
    """One line of the queue: codes, counts and times only.

    ``due_at`` is when the step that the case waits for is due: the decision, then the acceptance of a handover. None
    when the case only waits to be closed.
    """

    case_id: UUID
    reference: str
    agency: str
    rating: Rating | None
    suggested_rating: Rating
    suggestion_reasons: tuple[RatingReason, ...]
    received_at: datetime
    decision_due_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    children: int
    undecided: int
    handovers_outstanding: int
    requests_outstanding: int
    version: int

    @property
    def state(self) -> CaseState:
        """How far the case is."""
        return state_of(
            closed=self.closed_at is not None,
            undecided=self.undecided > 0,
            handovers=self.handovers_outstanding > 0,
            rated=self.rating is not None,
        )

    @property
    def mark(self) -> QueueMark:
        """Where the queue goes on after this line."""
        return QueueMark(self.due_at is None, self.due_at or self.decision_due_at, self.case_id)


@dataclass(frozen=True)
class ListedRequest:
    """One line of an agency's list of requests: codes and times only."""

    request_id: UUID
    reference: str
    requested_at: datetime
    due_at: datetime
    answered_at: datetime | None


def request_state(request: InformationRequest, telling: Telling) -> RequestState:
    """How far an agency is: the furthest step that is known to have happened."""
    if request.answer is not None:
        return RequestState.ANSWERED
    if telling.opened_at is not None:
        return RequestState.OPENED
    return RequestState.DELIVERED if telling.delivered_at is not None else RequestState.ASKED

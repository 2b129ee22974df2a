"""What is shown beside a case: how it came in, how it was rated, how far notices are, and its line in the queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.codes import CaseNews, ConcernType, MissingItem, Rating, RatingReason
from triage.model.case import Case, CaseState, Child, state_of
from triage.model.information import InformationRequest, RequestState
from triage.model.news import News, Question


@dataclass(frozen=True)
class Background:
    """What the newest edition of the referral says, in codes; ``document_url`` is where it is read."""

    suggestion_reasons: tuple[RatingReason, ...]
    concern_types: tuple[ConcernType, ...]
    missing_information: tuple[MissingItem, ...]
    immediate_danger: bool
    previous_referral_id: UUID | None
    document_url: str


@dataclass(frozen=True)
class Update:
    """What news makes of a case: the news, the children it did not have, and what the referral says now.

    ``changed`` are children that the case has, of whom the referral says something else than before.
    """

    news: News
    children: tuple[Child, ...]
    background: Background
    changed: tuple[Child, ...] = ()


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
class NoticeProgress:
    """Whether a notice about a request, a question or a handover arrived, and whether somebody opened it."""

    delivered_at: datetime | None = None
    opened_at: datetime | None = None


NO_NOTICE = NoticeProgress()


@dataclass(frozen=True)
class CaseFile:
    """A case as its readers see it. ``notices`` are by the request, question or handover they are about."""

    case: Case
    background: Background
    ratings: tuple[Rated, ...]
    notices: Mapping[UUID, NoticeProgress]


@dataclass(frozen=True)
class QueueMark:
    """A place in the queue, from which the next page goes on."""

    without_due: bool
    due_at: datetime
    case_id: UUID


@dataclass(frozen=True)
class QueueItem:
    """One line of the queue: codes, counts and times only.

    ``due_at`` is when the step that the case waits for is due: a decision, the offer or the acceptance of a handover,
    or that a person is done with news. None when the case only waits to be closed. ``deciding_again`` counts children
    with a decision that somebody recommends to supersede, ``stale`` those whose decision was made without what is
    known now. ``unseen_news`` is what nobody of triage has looked at, oldest first; ``unseen_danger`` that some of it
    says that a child is in danger now.
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
    deciding_again: int
    stale: int
    handovers_outstanding: int
    requests_outstanding: int
    questions_outstanding: int
    immediate_danger: bool
    unseen_news: tuple[CaseNews, ...]
    unseen_danger: bool
    news_at: datetime | None
    reopened_at: datetime | None
    version: int

    @property
    def state(self) -> CaseState:
        """How far the case is."""
        return state_of(
            closed=self.closed_at is not None,
            undecided=self.undecided + self.deciding_again > 0,
            handovers=self.handovers_outstanding > 0,
            rated=self.rating is not None,
        )

    @property
    def mark(self) -> QueueMark:
        """Where the queue goes on after this line."""
        return QueueMark(self.due_at is None, self.due_at or self.decision_due_at, self.case_id)


@dataclass(frozen=True)
class ListedRequest:
    """One line of an agency's list of requests: codes and times only. At most one of the last two is set."""

    request_id: UUID
    reference: str
    requested_at: datetime
    due_at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class ListedQuestion:
    """One line of a sender's list of open questions: ids, codes and times only."""

    question_id: UUID
    referral_id: UUID
    reference: str
    asked_at: datetime
    due_at: datetime


def request_state(request: InformationRequest, notice: NoticeProgress) -> RequestState:
    """How far an agency is with a request: the furthest step that is known to have happened."""
    return RequestState.WITHDRAWN if request.is_withdrawn else _state_of(notice, answered=bool(request.revisions))


def question_state(question: Question, notice: NoticeProgress) -> RequestState:
    """How far the sender is with a question."""
    return _state_of(notice, answered=question.answered_at is not None)


def _state_of(notice: NoticeProgress, *, answered: bool) -> RequestState:
    if answered:
        return RequestState.ANSWERED
    if notice.opened_at is not None:
        return RequestState.OPENED
    return RequestState.DELIVERED if notice.delivered_at is not None else RequestState.ASKED

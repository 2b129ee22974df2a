"""What is shown beside a case: how it came in, how it was rated, how far notices are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.codes import ConcernType, MissingItem, Rating, RatingReason
from triage.model.case import Case, Child
from triage.model.information import InformationRequest, RequestState
from triage.model.news import News, Question
from triage.model.people import LastLook


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
class Offered:
    """An act on a case, as a person may do it now. ``reason`` and ``words`` say why not; both None: it is offered.

    ``about`` is the recommendation or handover that it is about; ``roles`` are those who can do it at all.
    """

    act: str
    about: UUID | None
    reason: str | None
    words: str | None
    roles: frozenset[str]


@dataclass(frozen=True)
class CaseFile:
    """A case as its readers see it. ``notices`` are by the request, question or handover they are about.

    ``acts`` are offered to triage's staff only; ``last_look`` is this reader's own before this one.
    """

    case: Case
    background: Background
    ratings: tuple[Rated, ...]
    notices: Mapping[UUID, NoticeProgress]
    acts: tuple[Offered, ...] = ()
    last_look: LastLook | None = None


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

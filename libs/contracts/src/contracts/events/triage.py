"""What triage decides and does, as the other services hear of it."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.codes import (
    Answer,
    AnswerMoment,
    CaseNews,
    ClosureReason,
    LawfulBasis,
    Outcome,
    Rating,
    RatingReason,
    RefusalGround,
    SupersedingReason,
    ThresholdLevel,
)
from contracts.events.base import Event


class CaseEvent(Event):
    """An event of one case; every one of them advances the case's version."""

    case_id: UUID
    referral_id: UUID

    @property
    def subject(self) -> str:
        return f"case/{self.case_id}"

    @property
    def correlation(self) -> UUID:
        return self.referral_id


class CaseOpened(CaseEvent):
    """Triage has the referral and its decision clock runs. The suggestion is advisory: a person rates."""

    TYPE: ClassVar[str] = "case.opened.v1"

    reference: str
    agency: str
    child_ids: tuple[UUID, ...]
    opened_at: AwareDatetime
    suggested_rating: Rating
    suggestion_reasons: tuple[RatingReason, ...]
    decision_due_at: AwareDatetime
    policy_version: str


class CaseRated(CaseEvent):
    """A person set the urgency. The rationale stays with triage."""

    TYPE: ClassVar[str] = "case.rated.v1"

    rating: Rating
    previous_rating: Rating | None = None
    rated_by: str
    rated_at: AwareDatetime
    decision_due_at: AwareDatetime
    policy_version: str


class CaseAssigned(CaseEvent):
    """Who has the case: a worker and the team that worker is of, a team alone, or nobody when both are empty."""

    TYPE: ClassVar[str] = "case.assigned.v1"

    worker: str | None = None
    team: str | None = None
    previous_worker: str | None = None
    previous_team: str | None = None
    assigned_by: str
    assigned_at: AwareDatetime


class InformationRequested(CaseEvent):
    """An agency was asked what it knows; what exactly is read at ``detail_url`` by that agency only."""

    TYPE: ClassVar[str] = "information.requested.v1"

    request_id: UUID
    agency: str
    lawful_basis: LawfulBasis
    requested_by: str
    requested_at: AwareDatetime
    due_at: AwareDatetime
    policy_version: str
    detail_url: str


class InformationAnswered(CaseEvent):
    """An agency answered; a refusal carries its ground. The answer's content stays with triage.

    ``when`` is seen from the decisions for the children that were asked about: after one, it is news on the case.
    ``urgent``: a decision is still open, or was taken without what the agency says. ``revision`` counts what the
    agency said to this request, from 1. Staff read it at ``detail_url``.
    """

    TYPE: ClassVar[str] = "information.answered.v1"

    request_id: UUID
    agency: str
    answer: Answer
    refusal_ground: RefusalGround | None = None
    answered_by: str
    answered_at: AwareDatetime
    when: AnswerMoment = AnswerMoment.BEFORE_DECISION
    urgent: bool = False
    revision: int = Field(default=1, ge=1)
    detail_url: str | None = None


class InformationCorrected(CaseEvent):
    """An agency put its answer right: this one stands, the earlier ones are kept. Fields as for an answer."""

    TYPE: ClassVar[str] = "information.corrected.v1"

    request_id: UUID
    agency: str
    answer: Answer
    refusal_ground: RefusalGround | None = None
    corrected_by: str
    corrected_at: AwareDatetime
    when: AnswerMoment
    urgent: bool
    revision: int = Field(ge=2)
    detail_url: str


class InformationWithdrawn(CaseEvent):
    """An agency took its answer back: none stands until it answers again, and the earlier ones are kept."""

    TYPE: ClassVar[str] = "information.withdrawn.v1"

    request_id: UUID
    agency: str
    withdrawn_by: str
    withdrawn_at: AwareDatetime
    when: AnswerMoment
    urgent: bool
    revision: int = Field(ge=2)
    detail_url: str


class QuestionAsked(CaseEvent):
    """The sender was asked something about its referral; what exactly it reads at ``detail_url``."""

    TYPE: ClassVar[str] = "question.asked.v1"

    question_id: UUID
    agency: str
    asked_by: str
    asked_at: AwareDatetime
    due_at: AwareDatetime
    policy_version: str
    detail_url: str


class QuestionAnswered(CaseEvent):
    """The sender answered, by a supplement to its referral, where the answer is read."""

    TYPE: ClassVar[str] = "question.answered.v1"

    question_id: UUID
    supplement_id: UUID
    answered_at: AwareDatetime


class CaseInformed(CaseEvent):
    """The case has something new from its sender that anyone who decides must have seen.

    ``child_ids`` are children it did not have before; ``edition`` is the document's that holds the news;
    ``immediate_danger``: the news says that a child is in danger now. ``rating`` is the one that a person gave, None
    while nobody has; ``suggested_rating`` is what the pack suggests for all that the referral says with the news, None
    in events that were recorded before there was this field.
    """

    TYPE: ClassVar[str] = "case.informed.v1"

    news: CaseNews
    edition: int
    child_ids: tuple[UUID, ...]
    immediate_danger: bool
    informed_at: AwareDatetime
    rating: Rating | None = None
    suggested_rating: Rating | None = None
    suggestion_reasons: tuple[RatingReason, ...] = ()


class CaseReopened(CaseEvent):
    """News came after the case was closed: it is open again, so that a person reads it and decides.

    ``immediate_danger``: the news says that a child is in danger now. ``news`` is what opened it, and ``detail_url``
    where staff read the case.
    """

    TYPE: ClassVar[str] = "case.reopened.v1"

    reopened_at: AwareDatetime
    immediate_danger: bool
    decision_due_at: AwareDatetime
    policy_version: str
    news: CaseNews | None = None
    detail_url: str | None = None


class CaseRecommended(CaseEvent):
    """A person recommended an outcome for one child; somebody else must authorise it.

    ``supersedes`` is the child's decision that it would supersede, with the reason; None for a child without one.
    """

    TYPE: ClassVar[str] = "case.recommended.v1"

    child_id: UUID
    recommendation_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    recommended_by: str
    recommended_at: AwareDatetime
    supersedes: UUID | None = None
    supersedes_reason: SupersedingReason | None = None


class CaseReturned(CaseEvent):
    """A person who may authorise disagreed; the child may be recommended again. The rationale stays with triage."""

    TYPE: ClassVar[str] = "case.returned.v1"

    child_id: UUID
    recommendation_id: UUID
    returned_by: str
    returned_at: AwareDatetime


class CaseDecided(CaseEvent):
    """A person other than the recommender authorised the outcome for one child.

    ``referrer_feedback`` names the pack's safe sentence for the referrer; None means nothing is safe to say.
    ``supersedes`` is the child's decision that stood before, and ``supersedes_reason`` why it no longer does: the
    newest decision of a child is the one that nothing supersedes. ``all_children_decided``: every child has a
    decision, and none waits to be decided again.
    """

    TYPE: ClassVar[str] = "case.decided.v1"

    reference: str
    agency: str
    child_id: UUID
    decision_id: UUID
    recommendation_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    recommended_by: str
    authorised_by: str
    decided_at: AwareDatetime
    referrer_feedback: str | None = None
    all_children_decided: bool
    policy_version: str
    supersedes: UUID | None = None
    supersedes_reason: SupersedingReason | None = None


class CaseClosed(CaseEvent):
    """Triage is done. Nothing is deleted; a later referral finds it.

    ``closed_by`` is who closed it; None when it followed by itself from the last accepted handover.
    """

    TYPE: ClassVar[str] = "case.closed.v1"

    reason: ClosureReason
    closed_at: AwareDatetime
    closed_by: str | None = None


class ClockEvent(CaseEvent):
    """A clock of a case passed a share of its time; ``tell`` lists the roles or agencies the pack names.

    ``about_id`` is the case, request, question or handover that the clock times; staff read the case at ``detail_url``.
    """

    clock_id: UUID
    clock: str
    share: float = Field(gt=0)
    due_at: AwareDatetime
    tell: tuple[str, ...]
    policy_version: str
    about_id: UUID | None = None
    detail_url: str | None = None


class ClockWarned(ClockEvent):
    """A step will soon be late."""

    TYPE: ClassVar[str] = "clock.warned.v1"

    warned_at: AwareDatetime


class ClockBreached(ClockEvent):
    """A step is late. Nothing is closed, downgraded or hidden by it; people are told and it is counted."""

    TYPE: ClassVar[str] = "clock.breached.v1"

    breached_at: AwareDatetime

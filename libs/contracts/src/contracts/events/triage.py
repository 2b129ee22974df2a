"""What triage tells the others."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.codes import (
    Answer,
    CaseNews,
    ClosureReason,
    LawfulBasis,
    Outcome,
    Rating,
    RatingReason,
    RefusalGround,
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
    """An agency answered; a refusal carries its ground. The answer's content stays with triage."""

    TYPE: ClassVar[str] = "information.answered.v1"

    request_id: UUID
    agency: str
    answer: Answer
    refusal_ground: RefusalGround | None = None
    answered_by: str
    answered_at: AwareDatetime


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
    """The case has something new from its sender that whoever decides must have seen.

    ``child_ids`` are children it did not have before; ``edition`` is the document's that holds the news;
    ``immediate_danger``: the news says that a child is in danger now.
    """

    TYPE: ClassVar[str] = "case.informed.v1"

    news: CaseNews
    edition: int
    child_ids: tuple[UUID, ...]
    immediate_danger: bool
    informed_at: AwareDatetime


class CaseReopened(CaseEvent):
    """News came after the case was closed: it is open again, so that a person reads it and decides.

    ``immediate_danger``: the news says that a child is in danger now.
    """

    TYPE: ClassVar[str] = "case.reopened.v1"

    reopened_at: AwareDatetime
    immediate_danger: bool
    decision_due_at: AwareDatetime
    policy_version: str


class CaseRecommended(CaseEvent):
    """A person recommended an outcome for one child; somebody else must authorise it."""

    TYPE: ClassVar[str] = "case.recommended.v1"

    child_id: UUID
    recommendation_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    recommended_by: str
    recommended_at: AwareDatetime


class CaseReturned(CaseEvent):
    """A person who may authorise disagreed; the child may be recommended anew. The rationale stays with triage."""

    TYPE: ClassVar[str] = "case.returned.v1"

    child_id: UUID
    recommendation_id: UUID
    returned_by: str
    returned_at: AwareDatetime


class CaseDecided(CaseEvent):
    """A person other than the recommender authorised the outcome for one child.

    ``referrer_feedback`` names the pack's safe sentence for the referrer; None means nothing is safe to say.
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


class HandoverOffered(CaseEvent):
    """A team was offered the case for some of its children; the case clock runs until it accepts."""

    TYPE: ClassVar[str] = "handover.offered.v1"

    handover_id: UUID
    team: str
    child_ids: tuple[UUID, ...]
    offered_by: str
    offered_at: AwareDatetime
    accept_due_at: AwareDatetime
    policy_version: str
    detail_url: str


class HandoverAccepted(CaseEvent):
    """The receiving team took the children on: only now is a handover complete."""

    TYPE: ClassVar[str] = "handover.accepted.v1"

    handover_id: UUID
    team: str
    accepted_by: str
    accepted_at: AwareDatetime


class CaseClosed(CaseEvent):
    """Triage is done. Nothing is deleted; a later referral finds it.

    ``closed_by`` is who closed it; None when it followed by itself from the last accepted handover.
    """

    TYPE: ClassVar[str] = "case.closed.v1"

    reason: ClosureReason
    closed_at: AwareDatetime
    closed_by: str | None = None


class ClockEvent(CaseEvent):
    """A clock of a case passed a share of its time; ``tell`` lists the roles or agencies the pack names."""

    clock_id: UUID
    clock: str
    share: float = Field(gt=0)
    due_at: AwareDatetime
    tell: tuple[str, ...]
    policy_version: str


class ClockWarned(ClockEvent):
    """A step will soon be late."""

    TYPE: ClassVar[str] = "clock.warned.v1"

    warned_at: AwareDatetime


class ClockBreached(ClockEvent):
    """A step is late. Nothing is closed, downgraded or hidden by it; people are told and it is counted."""

    TYPE: ClassVar[str] = "clock.breached.v1"

    breached_at: AwareDatetime

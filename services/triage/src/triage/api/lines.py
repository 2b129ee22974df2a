"""What happened to a case, line by line, as its readers see it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from contracts.codes import (
    Answer,
    CaseNews,
    Code,
    LawfulBasis,
    Outcome,
    Rating,
    RefusalGround,
    ThresholdLevel,
)
from triage.api.dependencies import View
from triage.model import (
    Clock,
    Decision,
    Handover,
    InformationRequest,
    News,
    Question,
    Rated,
    Recommendation,
    RequestState,
    Settled,
    Telling,
    question_state,
    request_state,
)


class Named(View):
    """A code and what a person reads."""

    code: str
    label: str

    @classmethod
    def of(cls, code: Code) -> Self:
        """The code's own words."""
        return cls(code=code.value, label=code.label)


class ChildLine(View):
    """One child; who it is stands in the document at referral-intake."""

    child_id: UUID
    unborn: bool
    decided: bool


class RatingLine(View):
    """One rating the case has had."""

    rating: Rating
    previous_rating: Rating | None
    rationale: str | None
    rated_by: str
    rated_at: datetime
    decision_due_at: datetime

    @classmethod
    def of(cls, rated: Rated) -> Self:
        """The same, as shown."""
        return cls(
            rating=rated.rating,
            previous_rating=rated.previous_rating,
            rationale=rated.rationale,
            rated_by=rated.rated_by,
            rated_at=rated.rated_at,
            decision_due_at=rated.decision_due_at,
        )


class RequestLine(View):
    """How far one agency is. What it answered is read at the request itself."""

    request_id: UUID
    agency: str
    state: RequestState
    overdue: bool = Field(description="True while an answer is late. It never holds a decision.")
    lawful_basis: LawfulBasis
    child_ids: tuple[UUID, ...]
    requested_by: str
    requested_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    answer: Answer | None
    refusal_ground: RefusalGround | None

    @classmethod
    def of(cls, request: InformationRequest, telling: Telling, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            request_id=request.request_id,
            agency=request.agency,
            state=request_state(request, telling),
            overdue=request.answer is None and now >= request.due_at,
            lawful_basis=request.lawful_basis,
            child_ids=request.child_ids,
            requested_by=request.requested_by,
            requested_at=request.requested_at,
            due_at=request.due_at,
            delivered_at=telling.delivered_at,
            opened_at=telling.opened_at,
            answered_at=request.answered_at,
            answer=request.answer,
            refusal_ground=request.refusal_ground,
        )


class QuestionLine(View):
    """How far the sender is with a question. What was asked is read at the question itself, the answer in the referral.

    A decision never waits for it.
    """

    question_id: UUID
    agency: str
    state: RequestState
    overdue: bool
    asked_by: str
    asked_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    supplement_id: UUID | None

    @classmethod
    def of(cls, question: Question, telling: Telling, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            question_id=question.question_id,
            agency=question.agency,
            state=question_state(question, telling),
            overdue=question.answered_at is None and now >= question.due_at,
            asked_by=question.asked_by,
            asked_at=question.asked_at,
            due_at=question.due_at,
            delivered_at=telling.delivered_at,
            opened_at=telling.opened_at,
            answered_at=question.answered_at,
            supplement_id=question.supplement_id,
        )


class NewsLine(View):
    """What the sender told later. Its words are in that edition of the document."""

    what: CaseNews
    label: str
    edition: int
    document_url: str
    told_at: datetime
    child_ids: tuple[UUID, ...] = Field(description="Children that the case did not have before.")
    immediate_danger: bool = Field(description="True: it says that a child is in danger now.")
    answers: UUID | None = Field(description="The question it answers.")
    seen_by: str | None = Field(description="Who of triage's staff opened the case first after it; empty: it is new.")
    seen_at: datetime | None

    @classmethod
    def of(cls, news: News) -> Self:
        """The same, as shown."""
        return cls(
            what=news.what,
            label=news.what.label,
            edition=news.edition,
            document_url=news.document_url,
            told_at=news.told_at,
            child_ids=news.child_ids,
            immediate_danger=news.immediate_danger,
            answers=news.answers,
            seen_by=news.seen_by,
            seen_at=news.seen_at,
        )


class RecommendationLine(View):
    """What was recommended for a child, and what became of it; open while ``settled`` is empty."""

    recommendation_id: UUID
    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    rationale: str
    recommended_by: str
    recommended_at: datetime
    settled: Settled | None
    settled_by: str | None
    settled_at: datetime | None
    settled_rationale: str | None

    @classmethod
    def of(cls, recommendation: Recommendation) -> Self:
        """The same, as shown."""
        return cls.model_validate(recommendation, from_attributes=True)


class DecisionLine(View):
    """The decision for one child."""

    decision_id: UUID
    recommendation_id: UUID
    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    team: str | None
    rationale: str
    authorised_by: str
    decided_at: datetime
    policy_version: str

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """The same, as shown."""
        return cls.model_validate(decision, from_attributes=True)


class HandoverLine(View):
    """Children offered to a team; complete when it accepts."""

    handover_id: UUID
    team: str
    child_ids: tuple[UUID, ...]
    summary: str
    offered_by: str
    offered_at: datetime
    accept_due_at: datetime
    overdue: bool
    delivered_at: datetime | None
    opened_at: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None

    @classmethod
    def of(cls, handover: Handover, telling: Telling, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            handover_id=handover.handover_id,
            team=handover.team,
            child_ids=handover.child_ids,
            summary=handover.summary,
            offered_by=handover.offered_by,
            offered_at=handover.offered_at,
            accept_due_at=handover.accept_due_at,
            overdue=handover.accepted_at is None and now >= handover.accept_due_at,
            delivered_at=telling.delivered_at,
            opened_at=telling.opened_at,
            accepted_by=handover.accepted_by,
            accepted_at=handover.accepted_at,
        )


class ClockLine(View):
    """A time limit of the case. ``seconds_left`` is below zero when it is late, and empty once it has stopped."""

    clock_id: UUID
    name: str
    about_id: UUID
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    seconds_left: int | None
    late: bool

    @classmethod
    def of(cls, clock: Clock, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            clock_id=clock.clock_id,
            name=clock.name,
            about_id=clock.about_id,
            started_at=clock.started_at,
            due_at=clock.due_at,
            stopped_at=clock.stopped_at,
            seconds_left=seconds_left(clock.due_at, now) if clock.runs else None,
            late=(clock.stopped_at or now) >= clock.due_at,
        )


def seconds_left(due_at: datetime, now: datetime) -> int:
    """Whole seconds to a moment; below zero when it has passed."""
    return int((due_at - now).total_seconds())

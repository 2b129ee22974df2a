"""What happened to a case, line by line, as its readers see it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from contracts.codes import CaseNews, Code, Rating
from triage.api.dependencies import View
from triage.model import Case, Child, Clock, News, NoticeProgress, Question, Rated, RequestState, question_state


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
    plans: tuple[Named, ...] | None = Field(
        description="Plans and status, as the referral now says; none, alone, when it says that there are none. "
        "Null: it does not say."
    )
    decided: bool
    deciding_again: bool = Field(description="Somebody recommends to supersede its decision.")
    decision_stale: bool = Field(description="Its decision was made without something that is known now.")

    @classmethod
    def of(cls, child: Child, case: Case) -> Self:
        """The same, as shown."""
        decision = case.find_decision(child.child_id)
        return cls(
            child_id=child.child_id,
            unborn=child.unborn,
            plans=tuple(map(Named.of, child.plans)) if child.plans is not None else None,
            decided=decision is not None,
            deciding_again=child.child_id in case.deciding_again,
            decision_stale=decision is not None and case.is_stale(decision),
        )


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
    def of(cls, question: Question, notice: NoticeProgress, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            question_id=question.question_id,
            agency=question.agency,
            state=question_state(question, notice),
            overdue=question.answered_at is None and now >= question.due_at,
            asked_by=question.asked_by,
            asked_at=question.asked_at,
            due_at=question.due_at,
            delivered_at=notice.delivered_at,
            opened_at=notice.opened_at,
            answered_at=question.answered_at,
            supplement_id=question.supplement_id,
        )


class NewsLine(View):
    """Something new. A sender's words are in that edition of the document; an agency's and a team's at the record."""

    what: CaseNews
    label: str
    edition: int | None = Field(description="Of what the sender said.")
    document_url: str | None = Field(description="Of what the sender said.")
    request_id: UUID | None = Field(description="Of what an agency said.")
    revision: int | None = Field(description="Of what an agency said.")
    handover_id: UUID | None = Field(description="Of a handover that a team returned.")
    told_at: datetime
    about: tuple[UUID, ...] = Field(description="The children whom it concerns; empty: every child.")
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
            request_id=news.request_id,
            revision=news.revision,
            handover_id=news.handover_id,
            told_at=news.told_at,
            about=news.about,
            child_ids=news.child_ids,
            immediate_danger=news.immediate_danger,
            answers=news.answers,
            seen_by=news.seen_by,
            seen_at=news.seen_at,
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

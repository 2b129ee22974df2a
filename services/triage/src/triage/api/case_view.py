"""A case as its readers see it."""

from datetime import datetime
from typing import Self, TypedDict
from uuid import UUID

from pydantic import Field

from contracts.codes import (
    ClosureReason,
    ConcernType,
    Rating,
)
from triage.api.act_lines import ActLine
from triage.api.dependencies import View
from triage.api.lines import ChildLine, ClockLine, Named, NewsLine, QuestionLine, RatingLine, seconds_left
from triage.api.outcome_lines import DecisionLine, HandoverLine, RecommendationLine
from triage.api.request_lines import RequestLine
from triage.model import NO_NOTICE, CaseFile, CaseState


class CaseView(View):
    """Everything triage holds about a case, and where the referral itself is read."""

    case_id: UUID
    referral_id: UUID
    version: int
    reference: str
    agency: str
    partnership: str
    state: CaseState
    document_url: str
    policy_version: str
    received_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    closed_reason: ClosureReason | None
    reopened_at: datetime | None = Field(description="When news last opened it again after it was closed.")
    rating: Rating | None
    suggested_rating: Rating = Field(description="Advisory, from the pack; a person rates.")
    suggestion_reasons: tuple[Named, ...] = Field(description="Of what the referral says as it now stands.")
    decision_due_at: datetime
    seconds_left: int | None = Field(description="To the decision; below zero when late, empty when none is due.")
    overdue: bool
    immediate_danger: bool = Field(description="The referral as it now stands says that a child is in danger.")
    concern_types: tuple[ConcernType, ...]
    missing_information: tuple[Named, ...] = Field(description="What the referral did not say, still to be found out.")
    previous_referral_id: UUID | None
    children: tuple[ChildLine, ...]
    news: tuple[NewsLine, ...] = Field(
        description="What the sender, agencies and teams said since it came in, oldest first."
    )
    questions: tuple[QuestionLine, ...]
    ratings: tuple[RatingLine, ...]
    requests: tuple[RequestLine, ...]
    recommendations: tuple[RecommendationLine, ...]
    decisions: tuple[DecisionLine, ...] = Field(description="All of them, oldest first; a later one may supersede.")
    handovers: tuple[HandoverLine, ...]
    clocks: tuple[ClockLine, ...]
    waits_for: Named = Field(description="What somebody has to do next, with words for it.")
    worker: str | None = Field(description="Who has the case: the subject of that person's tokens.")
    team: str | None
    assigned_at: datetime | None
    assigned_by: str | None
    last_looked_at: datetime | None = Field(description="When you last opened the case before now; empty: never.")
    last_looked_version: int | None = Field(description="The version of the case that you saw then.")
    acts: tuple[ActLine, ...] = Field(
        description="For triage staff: every act on the case in the order of its life, offered to you or not, and why."
    )

    @classmethod
    def of(cls, file: CaseFile, *, now: datetime, signed_in_freshly: bool) -> Self:
        """The view of a case that the reader may see."""
        case, background = file.case, file.background
        waits = bool(case.undecided) or case.decision_clock is not None
        return cls(
            case_id=case.case_id,
            referral_id=case.referral_id,
            version=case.version,
            reference=case.reference,
            agency=case.agency,
            partnership=case.partnership,
            state=case.state,
            document_url=background.document_url,
            policy_version=case.policy_version,
            received_at=case.received_at,
            opened_at=case.opened_at,
            closed_at=case.closed_at,
            closed_reason=case.closed_reason,
            reopened_at=case.reopened_at,
            rating=case.rating,
            suggested_rating=case.suggested_rating,
            suggestion_reasons=tuple(map(Named.of, background.suggestion_reasons)),
            decision_due_at=case.decision_due_at,
            seconds_left=seconds_left(case.decision_due_at, now) if waits else None,
            overdue=waits and now >= case.decision_due_at,
            immediate_danger=background.immediate_danger,
            concern_types=background.concern_types,
            missing_information=tuple(map(Named.of, background.missing_information)),
            previous_referral_id=background.previous_referral_id,
            waits_for=Named.of(case.waits_for),
            **_of_reader(file, signed_in_freshly=signed_in_freshly),
            **_parts(file, now),
        )


class _OfReader(TypedDict):
    worker: str | None
    team: str | None
    assigned_at: datetime | None
    assigned_by: str | None
    last_looked_at: datetime | None
    last_looked_version: int | None
    acts: tuple[ActLine, ...]


def _of_reader(file: CaseFile, *, signed_in_freshly: bool) -> _OfReader:
    """Who has the case, and what this reader saw and may do."""
    assignment, look = file.case.assignment, file.last_look
    return {
        "worker": assignment.worker,
        "team": assignment.team,
        "assigned_at": assignment.assigned_at,
        "assigned_by": assignment.assigned_by,
        "last_looked_at": look.looked_at if look else None,
        "last_looked_version": look.version if look else None,
        "acts": tuple(ActLine.of(one, signed_in_freshly=signed_in_freshly) for one in file.acts),
    }


class _Parts(TypedDict):
    children: tuple[ChildLine, ...]
    news: tuple[NewsLine, ...]
    questions: tuple[QuestionLine, ...]
    ratings: tuple[RatingLine, ...]
    requests: tuple[RequestLine, ...]
    recommendations: tuple[RecommendationLine, ...]
    decisions: tuple[DecisionLine, ...]
    handovers: tuple[HandoverLine, ...]
    clocks: tuple[ClockLine, ...]


def _parts(file: CaseFile, now: datetime) -> _Parts:
    case, notices = file.case, file.notices
    return {
        "children": tuple(ChildLine.of(one, case) for one in case.children),
        "news": tuple(map(NewsLine.of, case.news)),
        "questions": tuple(
            QuestionLine.of(one, notices.get(one.question_id, NO_NOTICE), now) for one in case.questions
        ),
        "ratings": tuple(map(RatingLine.of, file.ratings)),
        "requests": tuple(RequestLine.of(one, notices.get(one.request_id, NO_NOTICE), now) for one in case.requests),
        "recommendations": tuple(map(RecommendationLine.of, case.recommendations)),
        "decisions": tuple(DecisionLine.of(one, case) for one in case.decisions),
        "handovers": tuple(
            HandoverLine.of(one, notices.get(one.handover_id, NO_NOTICE), now) for one in case.handovers
        ),
        "clocks": tuple(ClockLine.of(one, now) for one in case.clocks),
    }

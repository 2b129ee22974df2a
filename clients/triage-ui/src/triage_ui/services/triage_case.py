"""What the client reads of a case."""

from datetime import datetime
from uuid import UUID

from triage_ui.services.caller import Read
from triage_ui.services.triage_queue import Named


class ActLine(Read):
    """One act on a case: offered to this reader, or why not and who can."""

    act: str
    about: UUID | None
    offered: bool
    words: str | None
    roles: tuple[str, ...]
    sign_in_again: bool


class ChildLine(Read):
    """One child of a case; who it is stands in the document."""

    child_id: UUID
    unborn: bool
    plans: tuple[Named, ...] | None
    decided: bool
    deciding_again: bool
    decision_stale: bool


class NewsLine(Read):
    """Something new in a case."""

    what: str
    label: str
    edition: int | None
    request_id: UUID | None
    handover_id: UUID | None
    told_at: datetime
    immediate_danger: bool
    seen_by: str | None
    seen_at: datetime | None


class QuestionLine(Read):
    """How far the sender is with a question."""

    question_id: UUID
    agency: str
    state: str
    overdue: bool
    asked_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None


class RatingLine(Read):
    """One rating the case has had."""

    rating: str
    previous_rating: str | None
    rationale: str | None
    rated_by: str
    rated_at: datetime


class StatementLine(Read):
    """One thing that an agency said, in codes and times."""

    revision: int
    statement: str
    answer: str | None
    said_at: datetime


class RequestLine(Read):
    """How far one agency is with what it was asked."""

    request_id: UUID
    agency: str
    state: str
    overdue: bool
    lawful_basis: str
    requested_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    answer: str | None
    refusal_ground: str | None
    statements: tuple[StatementLine, ...]


class RecommendationLine(Read):
    """What was recommended for a child; open while ``settled`` is empty."""

    recommendation_id: UUID
    child_id: UUID
    outcome: str
    level: str
    rationale: str
    recommended_by: str
    recommended_at: datetime
    supersedes: UUID | None
    supersedes_reason: str | None
    settled: str | None
    settled_at: datetime | None
    settled_rationale: str | None


class DecisionLine(Read):
    """One decision for a child. The one that nothing supersedes stands."""

    decision_id: UUID
    child_id: UUID
    outcome: str
    level: str
    team: str | None
    rationale: str
    decided_at: datetime
    superseded_by: UUID | None
    stale: bool


class HandoverLine(Read):
    """Children offered to a team."""

    handover_id: UUID
    team: str
    state: str
    child_ids: tuple[UUID, ...]
    decision_ids: tuple[UUID, ...]
    offered_at: datetime
    accept_due_at: datetime
    overdue: bool
    delivered_at: datetime | None
    opened_at: datetime | None
    accepted_at: datetime | None
    returned_at: datetime | None
    return_reason: str | None
    return_note: str | None
    withdrawn_at: datetime | None


class ClockLine(Read):
    """A time limit of the case, as the service counts it."""

    name: str
    about_id: UUID
    due_at: datetime
    started_at: datetime
    stopped_at: datetime | None
    seconds_left: int | None
    late: bool


class CaseView(Read):
    """A case with all that happened to it."""

    case_id: UUID
    referral_id: UUID
    reference: str
    agency: str
    partnership: str
    state: str
    received_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    closed_reason: str | None
    reopened_at: datetime | None
    rating: str | None
    suggested_rating: str
    suggestion_reasons: tuple[Named, ...]
    decision_due_at: datetime
    seconds_left: int | None
    overdue: bool
    immediate_danger: bool
    concern_types: tuple[str, ...]
    missing_information: tuple[Named, ...]
    previous_referral_id: UUID | None
    children: tuple[ChildLine, ...]
    news: tuple[NewsLine, ...]
    questions: tuple[QuestionLine, ...]
    ratings: tuple[RatingLine, ...]
    requests: tuple[RequestLine, ...]
    recommendations: tuple[RecommendationLine, ...]
    decisions: tuple[DecisionLine, ...]
    handovers: tuple[HandoverLine, ...]
    clocks: tuple[ClockLine, ...]
    waits_for: Named
    worker: str | None
    team: str | None
    last_looked_at: datetime | None
    acts: tuple[ActLine, ...]

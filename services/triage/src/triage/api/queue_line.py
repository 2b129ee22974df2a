"""One line of the queue."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

from pydantic import Field

from contracts.codes import Rating
from triage.api.dependencies import View
from triage.api.lines import Named, seconds_left
from triage.model import CaseState, QueueItem

WorkingTime = Callable[[datetime, datetime], timedelta]
"""How long the front door is open between two instants."""


_COUNTED: Final = timedelta(days=92)


class QueueLine(View):
    """One case, in codes, counts and times: nothing here describes a person."""

    case_id: UUID
    reference: str
    agency: str
    state: CaseState
    waits_for: Named = Field(description="What somebody has to do next, with words for it.")
    rating: Rating | None
    suggested_rating: Rating
    suggestion_reasons: tuple[Named, ...]
    received_at: datetime
    decision_due_at: datetime
    due_at: datetime | None = Field(
        description="When the step the case waits for is due; empty when it waits for none."
    )
    seconds_left: int | None = Field(description="To the step that is due; below zero when late.")
    working_seconds_left: int | None = Field(
        description="The same, of the hours in which the front door is open; empty as well when it is months away."
    )
    overdue: bool
    closed_at: datetime | None
    children: int
    children_undecided: int
    children_deciding_again: int = Field(description="Children whose decision somebody recommends to supersede.")
    children_stale: int = Field(description="Children decided without something that is known now.")
    requests_made: int = Field(description="How many information requests there are.")
    requests_outstanding: int = Field(description="How many of them nobody has answered.")
    agencies_unanswered: tuple[str, ...] = Field(description="The agencies that have not answered, by code.")
    questions_outstanding: int
    handovers_outstanding: int
    immediate_danger: bool = Field(description="The referral as it now stands says that a child is in danger.")
    unseen_news: tuple[Named, ...] = Field(description="What nobody of triage has looked at, oldest first.")
    unseen_danger: bool = Field(description="Some of it says that a child is in danger now.")
    news_at: datetime | None = Field(description="When something last came.")
    reopened_at: datetime | None
    worker: str | None = Field(description="Who has the case: the subject of that person's tokens.")
    team: str | None
    assigned_at: datetime | None
    is_mine: bool
    last_looked_at: datetime | None = Field(description="When you last opened the case; empty: never.")
    changed_since_look: bool = Field(description="Something happened since, or you have never opened it.")
    news_since_look: tuple[Named, ...] = Field(description="What came since, oldest first.")
    version: int = Field(description="To be sent in `If-Match`, in quotation marks.")

    @classmethod
    def of(cls, item: QueueItem, *, subject: str, now: datetime, worked: WorkingTime) -> Self:
        """The same, as shown to a person at a moment."""
        return cls(
            case_id=item.case_id,
            reference=item.reference,
            agency=item.agency,
            state=item.state,
            waits_for=Named.of(item.waits_for),
            rating=item.rating,
            suggested_rating=item.suggested_rating,
            suggestion_reasons=tuple(map(Named.of, item.suggestion_reasons)),
            received_at=item.received_at,
            decision_due_at=item.decision_due_at,
            due_at=item.due_at,
            seconds_left=seconds_left(item.due_at, now) if item.due_at else None,
            working_seconds_left=_working_seconds(item.due_at, now, worked) if item.due_at else None,
            overdue=item.due_at is not None and now >= item.due_at,
            closed_at=item.closed_at,
            children=item.children,
            children_undecided=item.undecided,
            children_deciding_again=item.deciding_again,
            children_stale=item.stale,
            requests_made=item.requests_made,
            requests_outstanding=item.requests_outstanding,
            agencies_unanswered=item.unanswered,
            questions_outstanding=item.questions_outstanding,
            handovers_outstanding=item.handovers_outstanding,
            immediate_danger=item.immediate_danger,
            unseen_news=tuple(map(Named.of, item.unseen_news)),
            unseen_danger=item.unseen_danger,
            news_at=item.news_at,
            reopened_at=item.reopened_at,
            worker=item.assignment.worker,
            team=item.assignment.team,
            assigned_at=item.assignment.assigned_at,
            is_mine=item.assignment.worker == subject,
            last_looked_at=item.looked_at,
            changed_since_look=item.changed_since,
            news_since_look=tuple(map(Named.of, item.news_since)),
            version=item.version,
        )


def _working_seconds(due_at: datetime, now: datetime, worked: WorkingTime) -> int | None:
    """Nothing for what is far away: time worked is counted day by day, and nobody plans by hours of months."""
    if abs(due_at - now) > _COUNTED:
        return None
    if due_at >= now:
        return int(worked(now, due_at).total_seconds())
    return -int(worked(due_at, now).total_seconds())

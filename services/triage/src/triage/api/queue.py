"""``GET /v1/cases``: the queue, the least time left first."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from chassis.web import paging
from contracts.codes import Rating
from triage import store
from triage.api.dependencies import Injected, Staff, View
from triage.api.lines import Named, seconds_left
from triage.api.paging import Cursor, PageSize, read_cursor, write_cursor
from triage.model import CaseState, QueueItem, QueueMark
from triage.store import Filter

router = APIRouter(tags=["queue"])


class Status(StrEnum):
    """Which part of the queue."""

    OPEN = "open"
    CLOSED = "closed"


class QueueLine(View):
    """One case, in codes, counts and times: nothing here describes a person."""

    case_id: UUID
    reference: str
    agency: str
    state: CaseState
    rating: Rating | None
    suggested_rating: Rating
    suggestion_reasons: tuple[Named, ...]
    received_at: datetime
    decision_due_at: datetime
    due_at: datetime | None = Field(
        description="When the step the case waits for is due; empty when it waits for none."
    )
    seconds_left: int | None
    overdue: bool
    children: int
    children_undecided: int
    children_deciding_again: int = Field(description="Children whose decision somebody recommends to supersede.")
    children_stale: int = Field(description="Children decided without something that is known now.")
    requests_outstanding: int
    questions_outstanding: int
    handovers_outstanding: int
    immediate_danger: bool = Field(description="The referral as it now stands says that a child is in danger.")
    unseen_news: tuple[Named, ...] = Field(description="What nobody has looked at, oldest first.")
    unseen_danger: bool = Field(description="Some of it says that a child is in danger now.")
    news_at: datetime | None = Field(description="When something last came.")
    reopened_at: datetime | None
    version: int

    @classmethod
    def of(cls, item: QueueItem, *, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            case_id=item.case_id,
            reference=item.reference,
            agency=item.agency,
            state=item.state,
            rating=item.rating,
            suggested_rating=item.suggested_rating,
            suggestion_reasons=tuple(map(Named.of, item.suggestion_reasons)),
            received_at=item.received_at,
            decision_due_at=item.decision_due_at,
            due_at=item.due_at,
            seconds_left=seconds_left(item.due_at, now) if item.due_at else None,
            overdue=item.due_at is not None and now >= item.due_at,
            children=item.children,
            children_undecided=item.undecided,
            children_deciding_again=item.deciding_again,
            children_stale=item.stale,
            requests_outstanding=item.requests_outstanding,
            questions_outstanding=item.questions_outstanding,
            handovers_outstanding=item.handovers_outstanding,
            immediate_danger=item.immediate_danger,
            unseen_news=tuple(map(Named.of, item.unseen_news)),
            unseen_danger=item.unseen_danger,
            news_at=item.news_at,
            reopened_at=item.reopened_at,
            version=item.version,
        )


class QueuePage(View):
    """A page of the queue. ``next`` is the cursor of the following page; empty on the last one."""

    cases: tuple[QueueLine, ...]
    next: str | None


@router.get("/v1/cases", summary="The queue", response_model=QueuePage)
async def list_queue(
    dependencies: Injected,
    asker: Staff,
    *,
    status: Status = Status.OPEN,
    rating: Annotated[Rating | None, Query()] = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> QueuePage:
    """The cases of your own partnership, for triage staff."""
    after = read_cursor(cursor, _mark_of)
    which = Filter(asker.partnership, closed=status is Status.CLOSED, rating=rating)
    async with dependencies.db.transaction() as tx:
        found = await store.list_queue(tx, which, after=after, limit=limit + 1)
    now, shown = dependencies.clock.now(), found[:limit]
    following = _cursor(shown[-1].mark) if len(found) > limit else None
    return QueuePage(cases=tuple(QueueLine.of(item, now=now) for item in shown), next=following)


def _cursor(mark: QueueMark) -> str:
    return write_cursor(int(mark.without_due), mark.due_at, mark.case_id)


def _mark_of(cursor: str) -> QueueMark:
    without_due, due_at, case_id = paging.read_cursor(cursor, parts=3)
    if without_due not in ("0", "1"):
        raise ValueError("neither with nor without a time that is due")
    return QueueMark(without_due == "1", paging.read_instant(due_at), UUID(case_id))

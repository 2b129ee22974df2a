"""``GET /v1/cases``: the queue, the least time left first, with how many cases each filter would leave."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query
from pydantic import Field

from chassis.ids import find_reference
from chassis.web import paging
from chassis.web.auth import Principal
from chassis.web.service_router import ServiceRouter
from triage import handlers
from triage.api.dependencies import Injected, Staff, View
from triage.api.paging import Cursor, PageSize, read_cursor, write_cursor
from triage.api.queue_line import QueueLine
from triage.errors import ReferenceInvalid
from triage.handlers import Dependencies, QueueFile
from triage.model import AssignedTo, Due, Narrowing, NewsSeen, QueueMark, Urgency, WaitsFor
from triage.store import Asker

router = ServiceRouter(tags=["queue"])

_FIRST: Final = "first"
"""The cursor of the first page, for anyone who goes back to it."""
_NOTHING_DUE: Final = "none"


class Status(StrEnum):
    """Which part of the queue."""

    OPEN = "open"
    CLOSED = "closed"


class FilterCount(View):
    """One value of a filter, and how many cases it would leave, the other filters staying as they are."""

    value: str
    label: str
    count: int


class FilterCounts(View):
    """By filter, each named as the query parameter is."""

    rating: tuple[FilterCount, ...]
    waits_for: tuple[FilterCount, ...]
    assigned: tuple[FilterCount, ...]
    due: tuple[FilterCount, ...]
    news: tuple[FilterCount, ...]


class QueuePage(View):
    """A page of the queue, and all counts, as they were at one moment.

    A cursor is a place in the queue and no case: the page after it can be read again when a case on it was worked on.
    """

    cases: tuple[QueueLine, ...]
    as_at: datetime
    total: int = Field(description="How many cases the filters leave, on all pages.")
    counts: FilterCounts
    counted: int | None = Field(
        description="With `status=closed`: so many of the newest are counted, and no more; empty when all are."
    )
    next: str | None = Field(description="The cursor of the following page; empty on the last one.")
    previous: str | None = Field(description="The cursor of the page before; empty on the first one.")


ByReference = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Only the case of this referral. Lower case, spaces and no dashes are understood.",
        examples=["WAN-7K3M-Q9TR"],
    ),
]


class Wanted:
    """Which cases, by query parameters. Raises ``ReferenceInvalid``."""

    def __init__(
        self,
        status: Annotated[
            Status | None, Query(description="Left out: open ones; with `reference`, whether it is open or closed.")
        ] = None,
        reference: ByReference = None,
        rating: Annotated[Urgency | None, Query()] = None,
        waits_for: Annotated[WaitsFor | None, Query()] = None,
        assigned: Annotated[AssignedTo | None, Query()] = None,
        due: Annotated[Due | None, Query()] = None,
        news: Annotated[NewsSeen | None, Query()] = None,
        closed_days: Annotated[
            int, Query(ge=1, le=366, description="With `status=closed`: those closed in so many days.")
        ] = 30,
    ) -> None:
        self.reference = find_reference(reference) if reference is not None else None
        if reference is not None and self.reference is None:
            raise ReferenceInvalid
        self.status, self.closed_within = status, timedelta(days=closed_days)
        self.narrowing = Narrowing(rating, waits_for, assigned, due, news)

    def by(self, principal: Principal, *, now: datetime) -> Asker:
        """The same, asked for by a person at a moment."""
        closed_since = now - self.closed_within if self.status is Status.CLOSED else None
        return Asker(
            principal.partnership,
            principal.subject,
            principal.agency,
            now,
            closed_since,
            reference=self.reference,
            of_any_status=self.status is None,
        )


@router.get("/v1/cases", summary="The queue", response_model=QueuePage)
async def list_queue(
    dependencies: Injected,
    asker: Staff,
    wanted: Annotated[Wanted, Depends()],
    *,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> QueuePage:
    """The cases of your own partnership, for triage staff.

    Open cases: what is late first, then by the time left, then by age; what waits only to be closed last. Closed ones:
    the newest first. A case of another partnership is as good as none.
    """
    after, now = read_cursor(cursor, _mark_of), dependencies.clock.now()
    who = wanted.by(asker, now=now)
    async with dependencies.db.transaction() as tx:
        await handlers.note_visit(tx, asker, now=now)
    async with dependencies.db.transaction() as tx:
        found = await handlers.read_queue(tx, who, wanted.narrowing, after=after, limit=limit)
    return _page(found, who, dependencies)


def _page(found: QueueFile, who: Asker, dependencies: Dependencies) -> QueuePage:
    return QueuePage(
        cases=_lines(found, who, dependencies) if found.items else (),
        as_at=who.now,
        total=found.total,
        counts=_counts(found),
        counted=found.counted,
        next=_cursor(found.items[-1].mark) if found.goes_on else None,
        previous=(_cursor(found.previous) if found.previous else _FIRST) if found.before else None,
    )


def _lines(found: QueueFile, who: Asker, dependencies: Dependencies) -> tuple[QueueLine, ...]:
    worked = dependencies.packs.newest(who.partnership, at=who.now).calendar.time_worked
    return tuple(QueueLine.of(item, subject=who.subject, now=who.now, worked=worked) for item in found.items)


def _counts(found: QueueFile) -> FilterCounts:
    return FilterCounts(
        **{
            name: tuple(FilterCount(value=code.value, label=code.label, count=count) for code, count in counts.items())
            for name, counts in found.counts.items()
        }
    )


def _cursor(mark: QueueMark) -> str:
    return write_cursor(mark.at or _NOTHING_DUE, mark.received_at, mark.case_id)


def _mark_of(cursor: str) -> QueueMark | None:
    if cursor == _FIRST:
        return None
    at, received_at, case_id = paging.read_cursor(cursor, parts=3)
    due_at = None if at == _NOTHING_DUE else paging.read_instant(at)
    return QueueMark(due_at, paging.read_instant(received_at), UUID(case_id))

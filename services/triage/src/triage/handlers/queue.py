"""Reading the queue: a page, and the counts of every filter, as they are at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chassis.db import Transaction, as_at_one_moment
from chassis.web.auth import Principal
from triage import store
from triage.model import Actor, Counts, Narrowing, QueueItem, QueueMark, Worker, counts_of, total_of
from triage.store import Asker

HERE_WITHIN: Final = timedelta(days=90)
"""Anyone who was not here for so long is not listed among those to whom a case can be given."""

MOST_COUNTED: Final = 10_000
"""Closed cases, the newest: to count all that a large hub closed in a year takes far longer than to read a page."""


@dataclass(frozen=True)
class QueueFile:
    """A page of the queue. ``goes_on``: there is another after it.

    ``before``: there is one before it, which begins after the mark ``previous``; None: it is the first.
    ``counted``: so many of the newest are counted, where there are as many; None: all are.
    """

    items: Sequence[QueueItem]
    goes_on: bool
    before: bool
    previous: QueueMark | None
    total: int
    counts: Counts
    counted: int | None = None


async def read_queue(
    tx: Transaction, asker: Asker, narrowing: Narrowing, *, after: QueueMark | None, limit: int
) -> QueueFile:
    """A page and all counts. Interleaving prevented: a case is closed between two statements, and counted nowhere."""
    await as_at_one_moment(tx)
    found = await store.list_queue(tx, asker, narrowing, after=after, limit=limit + 1)
    cells = await store.count_queue(tx, asker, most=MOST_COUNTED)
    is_bounded = asker.closed_since is not None and sum(cell.cases for cell in cells) == MOST_COUNTED
    marks: Sequence[QueueMark] = ()
    if after is not None:
        marks = await store.list_marks_before(tx, asker, narrowing, mark=after, limit=limit + 1)
    return QueueFile(
        items=found[:limit],
        goes_on=len(found) > limit,
        before=bool(marks),
        previous=marks[limit] if len(marks) > limit else None,
        total=total_of(cells, narrowing),
        counts=counts_of(cells, narrowing),
        counted=MOST_COUNTED if is_bounded else None,
    )


async def note_visit(tx: Transaction, asker: Principal, *, now: datetime) -> None:
    """One of triage's staff is here, so a case can be given to this person."""
    actor = Actor(asker.subject, asker.agency, asker.partnership, asker.roles)
    await store.note_worker(tx, actor, now=now)


async def list_workers(tx: Transaction, partnership: str, *, now: datetime) -> Sequence[tuple[Worker, int]]:
    """To whom a case can be given, each with how many open cases that person has."""
    return await store.list_workers(tx, partnership, since=now - HERE_WITHIN)

"""SQL of the queue: pages of open cases by the time left, of closed ones, the case of a reference, and counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, TextClause, text

from chassis.db import Transaction
from contracts.codes import CaseNews, Rating, RatingReason
from triage.model import (
    AssignedTo,
    Assignment,
    Cell,
    Due,
    Narrowing,
    NewsSeen,
    QueueItem,
    QueueMark,
    Urgency,
    WaitsFor,
)

_ASSIGNED: Final = """CASE WHEN worker = :me THEN 'me' WHEN team = :my_team THEN 'my-team'
    WHEN worker IS NULL AND team IS NULL THEN 'nobody' ELSE 'others' END"""
_DUE: Final = "CASE WHEN due_at IS NULL THEN 'no-limit' WHEN due_at <= :now THEN 'overdue' ELSE 'in-time' END"
_NEWS: Final = "CASE WHEN unseen = 0 THEN 'seen' ELSE 'unseen' END"
_RATING: Final = "coalesce(rating, 'unrated')"

_OPEN: Final = "partnership = :partnership AND closed_at IS NULL"
_CLOSED: Final = "partnership = :partnership AND closed_at IS NOT NULL AND closed_at >= :closed_since"
_NAMED: Final = """partnership = :partnership AND reference = :reference
    AND (CAST(:is_closed AS boolean) IS NULL OR (closed_at IS NOT NULL) = :is_closed)
    AND (CAST(:closed_since AS timestamptz) IS NULL OR closed_at >= :closed_since)"""
_NARROWED: Final = f"""(CAST(:rating AS text) IS NULL OR {_RATING} = :rating)
    AND (CAST(:waits_for AS text) IS NULL OR waits_for = :waits_for)
    AND (CAST(:assigned AS text) IS NULL OR {_ASSIGNED} = :assigned)
    AND (CAST(:due AS text) IS NULL OR {_DUE} = :due)
    AND (CAST(:news AS text) IS NULL OR {_NEWS} = :news)"""
_OPEN_PLACE: Final = ("coalesce(due_at, 'infinity'::timestamptz)", "received_at", "case_id")
_CLOSED_PLACE: Final = ("closed_at", "received_at", "case_id")
_NAMED_PLACE: Final = ("coalesce(closed_at, due_at, 'infinity'::timestamptz)", "received_at", "case_id")
_MARK: Final = """coalesce(CAST(:at AS timestamptz), 'infinity'::timestamptz), CAST(:received_at AS timestamptz),
    CAST(:case_id AS uuid)"""


@dataclass(frozen=True)
class Asker:
    """Whose queue it is. ``closed_since``: closed cases from then on instead of open ones.

    ``reference``: of these only the case of that referral; with ``of_any_status`` whether it is open or closed.
    """

    partnership: str
    subject: str
    team: str
    now: datetime
    closed_since: datetime | None = None
    reference: str | None = None
    of_any_status: bool = False


async def list_queue(
    tx: Transaction, asker: Asker, narrowing: Narrowing, *, after: QueueMark | None, limit: int
) -> Sequence[QueueItem]:
    """A page of the queue: open cases with the least time left first, of equals the oldest; or the newest closed.

    What waits for nothing but closing comes last. All late cases come first, because their time is below zero.
    """
    statements = _statements(asker)
    statement = statements.first if after is None else statements.following
    values = {**_values(asker, narrowing), **_mark(after), "limit": limit}
    return [_item(row) for row in await tx.execute(statement, values)]


async def list_marks_before(
    tx: Transaction, asker: Asker, narrowing: Narrowing, *, mark: QueueMark, limit: int
) -> Sequence[QueueMark]:
    """The places up to a mark, the nearest first."""
    statement = _statements(asker).before
    rows = await tx.execute(statement, {**_values(asker, narrowing), **_mark(mark), "limit": limit})
    return [QueueMark(row.at, row.received_at, row.case_id) for row in rows]


async def count_queue(tx: Transaction, asker: Asker, *, most: int) -> Sequence[Cell]:
    """How many cases there are of each kind, all filters apart; of closed ones the newest, at most ``most``."""
    statements = _statements(asker)
    values = {**_of(asker), "most": most} if statements is _OF_CLOSED else _of(asker)
    return [cell for row in await tx.execute(statements.count, values) for cell in _cells(row)]


@dataclass(frozen=True)
class _Statements:
    """Of one part of the queue: its first page, those after a mark, the places before one, and its counts."""

    first: TextClause
    following: TextClause
    before: TextClause
    count: TextClause


def _page(which: str, place: tuple[str, ...], *, descending: bool, after: bool) -> TextClause:
    """The page is found in the index, which has everything that narrows; only its own rows are read."""
    order = _order(place, descending=descending)
    beyond = f"AND ({', '.join(place)}) {'<' if descending else '>'} ({_MARK})" if after else ""
    return text(
        f"""
        SELECT c.*, l.looked_at, coalesce(l.version, 0) AS looked_version, n.news_since
        FROM (SELECT case_id FROM "case" WHERE {which} AND {_NARROWED} {beyond} ORDER BY {order} LIMIT :limit) page
        JOIN "case" c ON c.case_id = page.case_id
        LEFT JOIN last_look l ON l.case_id = c.case_id AND l.subject = :me
        CROSS JOIN LATERAL (
            SELECT array_agg(what ORDER BY version) AS news_since FROM news
            WHERE case_id = c.case_id AND (l.version IS NULL OR version > l.version)
        ) n
        ORDER BY {order.replace("case_id", "c.case_id")}
        """  # noqa: S608  # built from constants
    )


def _before(which: str, place: tuple[str, ...], *, at: str, descending: bool) -> TextClause:
    return text(
        f"""SELECT {at} AS at, received_at, case_id FROM "case"
            WHERE {which} AND {_NARROWED} AND ({", ".join(place)}) {">=" if descending else "<="} ({_MARK})
            ORDER BY {_order(place, descending=not descending)} LIMIT :limit"""  # noqa: S608  # built from constants
    )


def _order(place: tuple[str, ...], *, descending: bool) -> str:
    return ", ".join(f"{column} DESC" if descending else column for column in place)


def _count(source: str) -> TextClause:
    """Each open case is looked at, so what is worked out for each is kept short: few words to group by."""
    return text(
        f"""SELECT rating, waits_for, {_ASSIGNED} AS assigned, unseen = 0 AS is_seen, count(*) AS cases,
                   count(*) FILTER (WHERE due_at IS NULL) AS no_limit, count(*) FILTER (WHERE due_at <= :now) AS overdue
            FROM {source} GROUP BY 1, 2, 3, 4"""  # noqa: S608  # built from constants
    )


def _of_part(which: str, place: tuple[str, ...], *, at: str, descending: bool, counted: str = "") -> _Statements:
    return _Statements(
        first=_page(which, place, descending=descending, after=False),
        following=_page(which, place, descending=descending, after=True),
        before=_before(which, place, at=at, descending=descending),
        count=_count(counted or f'"case" WHERE {which}'),
    )


_OF_OPEN: Final = _of_part(_OPEN, _OPEN_PLACE, at="due_at", descending=False)
_OF_CLOSED: Final = _of_part(
    _CLOSED,
    _CLOSED_PLACE,
    at="closed_at",
    descending=True,
    counted=f"""(SELECT rating, waits_for, worker, team, due_at, unseen FROM "case" WHERE {_CLOSED}
        ORDER BY {_order(_CLOSED_PLACE, descending=True)} LIMIT :most) newest""",  # noqa: S608  # built from constants
)
_OF_REFERENCE: Final = _of_part(_NAMED, _NAMED_PLACE, at="coalesce(closed_at, due_at)", descending=False)


def _statements(asker: Asker) -> _Statements:
    if asker.reference is not None:
        return _OF_REFERENCE
    return _OF_CLOSED if asker.closed_since else _OF_OPEN


def _of(asker: Asker) -> dict[str, Any]:
    of = {"partnership": asker.partnership, "me": asker.subject, "my_team": asker.team, "now": asker.now}
    if asker.reference is not None:
        is_closed = None if asker.of_any_status else asker.closed_since is not None
        return {**of, "reference": asker.reference, "is_closed": is_closed, "closed_since": asker.closed_since}
    return {**of, "closed_since": asker.closed_since} if asker.closed_since else of


def _values(asker: Asker, narrowing: Narrowing) -> Mapping[str, Any]:
    return {**_of(asker), **{name: code and code.value for name, code in vars(narrowing).items()}}


def _mark(mark: QueueMark | None) -> Mapping[str, Any]:
    return vars(mark) if mark is not None else {}


def _cells(row: Row[Any]) -> Iterator[Cell]:
    due = {
        Due.OVERDUE: row.overdue,
        Due.IN_TIME: row.cases - row.no_limit - row.overdue,
        Due.NO_LIMIT: row.no_limit,
    }
    for time_left, cases in due.items():
        if cases:
            yield Cell(
                Urgency(row.rating or Urgency.UNRATED.value),
                WaitsFor(row.waits_for),
                AssignedTo(row.assigned),
                time_left,
                NewsSeen.SEEN if row.is_seen else NewsSeen.UNSEEN,
                cases,
            )


def _item(row: Row[Any]) -> QueueItem:
    return QueueItem(
        case_id=row.case_id,
        reference=row.reference,
        agency=row.agency,
        waits_for=WaitsFor(row.waits_for),
        rating=Rating(row.rating) if row.rating else None,
        suggested_rating=Rating(row.suggested_rating),
        suggestion_reasons=tuple(map(RatingReason, row.suggestion_reasons)),
        received_at=row.received_at,
        decision_due_at=row.decision_due_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        children=row.children,
        undecided=row.undecided,
        deciding_again=row.deciding_again,
        stale=row.stale,
        handovers_outstanding=row.handovers_outstanding,
        requests_made=row.requests_made,
        requests_outstanding=row.requests_outstanding,
        unanswered=tuple(row.unanswered),
        questions_outstanding=row.questions_outstanding,
        immediate_danger=row.immediate_danger,
        unseen_news=tuple(map(CaseNews, row.unseen_news)),
        unseen_danger=row.unseen_danger,
        news_at=row.news_at,
        reopened_at=row.reopened_at,
        version=row.version,
        changed_version=row.changed_version,
        assignment=Assignment(row.worker, row.team, row.assigned_by, row.assigned_at),
        looked_at=row.looked_at,
        looked_version=row.looked_version,
        news_since=tuple(map(CaseNews, row.news_since or ())),
    )

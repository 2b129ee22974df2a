"""SQL of the queue: open cases by the time left, and closed ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text

from chassis.db import Transaction
from contracts.codes import CaseNews, Rating, RatingReason
from triage.model import DECISION_CLOCK, OFFER_CLOCK, QueueItem, QueueMark


@dataclass(frozen=True)
class Filter:
    """Which cases of a partnership: open or closed ones, of one rating or any."""

    partnership: str
    closed: bool = False
    rating: Rating | None = None


_QUEUE: Final = text(
    """
    WITH counted AS (
        SELECT c.*, n.children, n.undecided, n.deciding_again, n.stale, n.to_offer, h.to_accept, h.accept_due_at,
               r.requests_outstanding, q.questions_outstanding, w.unseen_news, w.unseen_danger, w.news_at,
               n.to_offer + h.to_accept AS handovers_outstanding,
               CASE WHEN c.closed_at IS NOT NULL THEN NULL
                    WHEN n.undecided + n.deciding_again > 0 THEN c.decision_due_at
                    ELSE least(h.accept_due_at, t.decision_running_due_at, CASE WHEN n.to_offer > 0
                         THEN coalesce(t.offer_running_due_at, c.decision_due_at) END) END AS due_at
        FROM "case" c
        CROSS JOIN LATERAL (
            SELECT count(*) AS children,
                   count(*) FILTER (WHERE d.decision_id IS NULL) AS undecided,
                   count(*) FILTER (WHERE d.decision_id IS NOT NULL AND EXISTS (
                       SELECT FROM recommendation o WHERE o.child_id = k.child_id AND o.settled IS NULL
                   )) AS deciding_again,
                   count(*) FILTER (WHERE EXISTS (
                       SELECT FROM news o WHERE o.case_id = c.case_id AND o.version > d.version
                          AND o.what <> :no_knowledge AND (o.about = '{}' OR k.child_id = ANY(o.about))
                   )) AS stale,
                   count(*) FILTER (WHERE d.team IS NOT NULL AND NOT EXISTS (
                       SELECT FROM handover o WHERE o.case_id = c.case_id AND d.decision_id = ANY(o.decision_ids)
                          AND o.returned_at IS NULL AND o.withdrawn_at IS NULL
                   )) AS to_offer
            FROM child k LEFT JOIN decision d ON d.child_id = k.child_id AND NOT EXISTS (
                SELECT FROM decision later WHERE later.supersedes = d.decision_id
            )
            WHERE k.case_id = c.case_id
        ) n
        CROSS JOIN LATERAL (
            SELECT count(*) AS to_accept, min(accept_due_at) AS accept_due_at
            FROM handover
            WHERE case_id = c.case_id AND num_nonnulls(accepted_at, returned_at, withdrawn_at) = 0
        ) h
        CROSS JOIN LATERAL (
            SELECT count(*) AS requests_outstanding
            FROM information_request i WHERE case_id = c.case_id AND NOT EXISTS (
                SELECT FROM information_answer a WHERE a.request_id = i.request_id
            )
        ) r
        CROSS JOIN LATERAL (
            SELECT count(*) AS questions_outstanding
            FROM question WHERE case_id = c.case_id AND answered_at IS NULL
        ) q
        CROSS JOIN LATERAL (
            SELECT array_agg(what ORDER BY version) FILTER (WHERE seen_at IS NULL) AS unseen_news,
                   coalesce(bool_or(immediate_danger) FILTER (WHERE seen_at IS NULL), false) AS unseen_danger,
                   max(told_at) AS news_at
            FROM news WHERE case_id = c.case_id
        ) w
        CROSS JOIN LATERAL (
            SELECT min(due_at) FILTER (WHERE name = :decision_clock) AS decision_running_due_at,
                   min(due_at) FILTER (WHERE name = :offer_clock) AS offer_running_due_at
            FROM clock WHERE case_id = c.case_id AND stopped_at IS NULL
        ) t
        WHERE c.partnership = :partnership AND (c.closed_at IS NOT NULL) = :closed
          AND (CAST(:rating AS text) IS NULL OR c.rating = :rating)
    )
    SELECT * FROM counted
    WHERE CAST(:after_due_at AS timestamptz) IS NULL
       OR (due_at IS NULL, coalesce(due_at, decision_due_at), case_id)
          > (CAST(:after_without AS boolean), CAST(:after_due_at AS timestamptz), CAST(:after_case_id AS uuid))
    ORDER BY due_at IS NULL, coalesce(due_at, decision_due_at), case_id
    LIMIT :limit
    """
)


async def list_queue(tx: Transaction, which: Filter, *, after: QueueMark | None, limit: int) -> Sequence[QueueItem]:
    """A page of the queue, the least time left first; what waits for nothing but closing comes last."""
    values = {
        "partnership": which.partnership,
        "decision_clock": DECISION_CLOCK,
        "offer_clock": OFFER_CLOCK,
        "no_knowledge": CaseNews.HANDOVER_RETURNED.value,
        "closed": which.closed,
        "rating": which.rating.value if which.rating else None,
        "after_without": after.without_due if after else None,
        "after_due_at": after.due_at if after else None,
        "after_case_id": after.case_id if after else None,
        "limit": limit,
    }
    return [_item(row) for row in await tx.execute(_QUEUE, values)]


def _item(row: Row[Any]) -> QueueItem:
    return QueueItem(
        case_id=row.case_id,
        reference=row.reference,
        agency=row.agency,
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
        requests_outstanding=row.requests_outstanding,
        questions_outstanding=row.questions_outstanding,
        immediate_danger=row.immediate_danger,
        unseen_news=tuple(map(CaseNews, row.unseen_news or ())),
        unseen_danger=row.unseen_danger,
        news_at=row.news_at,
        reopened_at=row.reopened_at,
        version=row.version,
    )

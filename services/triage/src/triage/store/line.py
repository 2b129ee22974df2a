"""SQL of a case's line in the queue: what the queue shows and sorts by, kept on the case's own row."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import text

from chassis.db import Transaction
from contracts.codes import CaseNews
from triage.model import DECISION_CLOCK, OFFER_CLOCK

CHANGES: Final = "queue"
"""The channel on which the feed of changes listens."""

_ANNOUNCED: Final = ("partnership", "case_id", "version", "waits_for", "worker", "team")


def announcing(case: str) -> str:
    """SQL for the list of a statement's columns that lets those who watch the queue know that a case changed.

    They hear it when the transaction commits. ``case`` is what the statement calls the case's row; the parameter
    ``channel`` is ``CHANGES``.
    """
    said = ", ".join(f"'{column}', {case}.{column}" for column in _ANNOUNCED)
    return f"pg_notify(:channel, json_build_object({said})::text)"


_KEEP: Final = text(
    f"""
    WITH counted AS (
        SELECT c.case_id, n.children, n.undecided, n.deciding_again, n.stale, r.requests_made, r.requests_outstanding,
               r.unanswered, q.questions_outstanding, w.unseen_news, w.unseen, w.unseen_danger,
               w.news_at,
               n.to_offer + h.to_accept AS handovers_outstanding,
               CASE WHEN c.closed_at IS NOT NULL THEN NULL
                    WHEN n.undecided + n.deciding_again > 0 THEN c.decision_due_at
                    ELSE least(h.accept_due_at, t.decision_running_due_at, CASE WHEN n.to_offer > 0
                         THEN coalesce(t.offer_running_due_at, c.decision_due_at) END) END AS due_at,
               CASE WHEN c.closed_at IS NOT NULL THEN 'nothing'
                    WHEN n.undecided + n.deciding_again > 0 THEN
                        CASE WHEN n.undecided + n.deciding_again = n.recommended THEN 'authorisation'
                             WHEN c.rating IS NULL THEN 'rating' ELSE 'recommendation' END
                    WHEN n.to_offer > 0 THEN 'offer'
                    WHEN h.to_accept > 0 THEN 'acceptance' ELSE 'closing' END AS waits_for
        FROM "case" c
        CROSS JOIN LATERAL (
            SELECT count(*) AS children,
                   count(*) FILTER (WHERE d.decision_id IS NULL) AS undecided,
                   count(*) FILTER (WHERE d.decision_id IS NOT NULL AND o.child_id IS NOT NULL) AS deciding_again,
                   count(o.child_id) AS recommended,
                   count(*) FILTER (WHERE EXISTS (
                       SELECT FROM news l WHERE l.case_id = c.case_id AND l.version > d.version
                          AND l.what <> :no_knowledge AND (l.about = '{{}}' OR k.child_id = ANY(l.about))
                   )) AS stale,
                   count(*) FILTER (WHERE d.team IS NOT NULL AND NOT EXISTS (
                       SELECT FROM handover l WHERE l.case_id = c.case_id AND d.decision_id = ANY(l.decision_ids)
                          AND l.returned_at IS NULL AND l.withdrawn_at IS NULL
                   )) AS to_offer
            FROM child k
            LEFT JOIN decision d ON d.case_id = k.case_id AND d.child_id = k.child_id AND NOT EXISTS (
                SELECT FROM decision later WHERE later.supersedes = d.decision_id
            )
            LEFT JOIN recommendation o
                ON o.case_id = k.case_id AND o.child_id = k.child_id AND o.settled IS NULL
            WHERE k.case_id = c.case_id
        ) n
        CROSS JOIN LATERAL (
            SELECT count(*) AS to_accept, min(accept_due_at) AS accept_due_at
            FROM handover
            WHERE case_id = c.case_id AND num_nonnulls(accepted_at, returned_at, withdrawn_at) = 0
        ) h
        CROSS JOIN LATERAL (
            SELECT count(*) AS requests_made, count(*) FILTER (WHERE a.request_id IS NULL) AS requests_outstanding,
                   coalesce(array_agg(DISTINCT i.agency ORDER BY i.agency) FILTER (WHERE a.request_id IS NULL), '{{}}')
                       AS unanswered
            FROM information_request i
            LEFT JOIN information_answer a ON a.request_id = i.request_id AND a.revision = 1
            WHERE i.case_id = c.case_id
        ) r
        CROSS JOIN LATERAL (
            SELECT count(*) AS questions_outstanding
            FROM question WHERE case_id = c.case_id AND answered_at IS NULL
        ) q
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(what ORDER BY version) FILTER (WHERE seen_at IS NULL), '{{}}') AS unseen_news,
                   count(*) FILTER (WHERE seen_at IS NULL) AS unseen,
                   coalesce(bool_or(immediate_danger) FILTER (WHERE seen_at IS NULL), false) AS unseen_danger,
                   max(told_at) AS news_at
            FROM news WHERE case_id = c.case_id
        ) w
        CROSS JOIN LATERAL (
            SELECT min(due_at) FILTER (WHERE name = :decision_clock) AS decision_running_due_at,
                   min(due_at) FILTER (WHERE name = :offer_clock) AS offer_running_due_at
            FROM clock WHERE case_id = c.case_id AND stopped_at IS NULL
        ) t
        WHERE c.case_id = ANY(CAST(:case_ids AS uuid[]))
    )
    UPDATE "case" c
    SET due_at = n.due_at, waits_for = n.waits_for, children = n.children, undecided = n.undecided,
        deciding_again = n.deciding_again, stale = n.stale, handovers_outstanding = n.handovers_outstanding,
        requests_made = n.requests_made, requests_outstanding = n.requests_outstanding, unanswered = n.unanswered,
        questions_outstanding = n.questions_outstanding, unseen_news = n.unseen_news,
        unseen = n.unseen, unseen_danger = n.unseen_danger, news_at = n.news_at
    FROM counted n WHERE c.case_id = n.case_id
    RETURNING {announcing("c")}
    """  # noqa: S608  # built from constants
)
_ANNOUNCE: Final = text(f'SELECT {announcing("c")} FROM "case" c WHERE c.case_id = :case_id')  # noqa: S608  # the same


async def keep_lines(tx: Transaction, case_ids: Collection[UUID]) -> None:
    """Bring cases' lines up to date, and let those who watch the queue know once this transaction has committed.

    MUST come last in every transaction that changes a case or what hangs on it, while the case is locked.
    Interleaving prevented: two answers of one case commit together and each counts the other as outstanding.
    """
    values = {
        "case_ids": list(case_ids),
        "no_knowledge": CaseNews.HANDOVER_RETURNED.value,
        "decision_clock": DECISION_CLOCK,
        "offer_clock": OFFER_CLOCK,
        "channel": CHANGES,
    }
    await tx.execute(_KEEP, values)


async def keep_line(tx: Transaction, case_id: UUID) -> None:
    """The same for one case."""
    await keep_lines(tx, [case_id])


async def announce(tx: Transaction, case_id: UUID) -> None:
    """Let those who watch the queue know that a case changed, once this transaction has committed."""
    await tx.execute(_ANNOUNCE, {"channel": CHANGES, "case_id": case_id})

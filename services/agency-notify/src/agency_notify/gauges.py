"""What waits in this service, as gauges: pushes that are due, notices nobody opened, endpoints that do not answer."""

from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from chassis.db import Transaction
from chassis.delivery.gauges import age_seconds
from contracts.codes import NoticeKind, Rating

waiting: Final = Gauge("frontdoor_pushes_waiting", "Pushes of notices that are neither made nor given up", ["channel"])
oldest_due: Final = Gauge(
    "frontdoor_oldest_due_push_seconds", "How long the oldest push has been due to an endpoint that answers"
)
unopened: Final = Gauge("frontdoor_notices_unopened", "Notices that somebody has to open and nobody has")
oldest_unopened: Final = Gauge("frontdoor_oldest_unopened_seconds", "How long ago the oldest of these was queued")
danger_unopened: Final = Gauge("frontdoor_danger_notices_unopened", "Those of them that are about a child in danger")
oldest_danger_unopened: Final = Gauge(
    "frontdoor_oldest_danger_unopened_seconds", "How long ago the oldest of those about a child in danger was queued"
)
unreachable: Final = Gauge(
    "frontdoor_endpoint_unreachable_seconds",
    "How long every attempt at an endpoint has failed, or since when it is gone",
    ["partnership", "agency", "role", "channel"],
)

_WAITING: Final = text(
    """SELECT e.channel, count(*) AS pushes,
              min(d.next_attempt_at) FILTER (
                  WHERE d.next_attempt_at <= :now AND (d.leased_until IS NULL OR d.leased_until <= :now)
                    AND e.failures = 0 AND e.disabled_at IS NULL AND (e.not_before IS NULL OR e.not_before <= :now)
              ) AS due_since
       FROM delivery d JOIN endpoint e USING (endpoint_id) WHERE d.state = 'pending' GROUP BY e.channel"""
)
# Two halves, because each has an index of its own: not late yet, and late.
_UNOPENED: Final = text(
    """WITH unopened AS (
           SELECT referral_id, kind, urgent, queued_at FROM notice
           WHERE opened_at IS NULL AND late_since IS NULL AND done_at IS NULL AND withheld IS NULL
             AND superseded_by IS NULL AND escalates IS NULL AND open_by IS NOT NULL
           UNION ALL
           SELECT referral_id, kind, urgent, queued_at FROM notice
           WHERE opened_at IS NULL AND late_since IS NOT NULL AND done_at IS NULL AND withheld IS NULL
             AND superseded_by IS NULL AND escalates IS NULL AND open_by IS NOT NULL
       ), judged AS (
           SELECT n.queued_at, r.rating = :red OR (n.urgent AND n.kind = ANY(CAST(:news AS text[]))) AS danger
           FROM unopened n LEFT JOIN referral r USING (referral_id)
       )
       SELECT count(*) AS notices, min(queued_at) AS since,
              count(*) FILTER (WHERE danger) AS in_danger, min(queued_at) FILTER (WHERE danger) AS danger_since
       FROM judged"""
)
_OF_NEWS: Final = (NoticeKind.REFERRAL_SUPPLEMENTED, NoticeKind.CASE_REOPENED, NoticeKind.ACCEPTED_CASE_NEWS)
"""Notices of these kinds are urgent when the news is that a child is in immediate danger, whatever its rating."""
_UNREACHABLE: Final = text(
    """SELECT partnership, agency, coalesce(role, '') AS role, channel, failing_since FROM endpoint
       WHERE failing_since IS NOT NULL AND disabled_reason IS DISTINCT FROM 'removed'"""
)


async def measure(tx: Transaction, now: datetime) -> None:
    """Set the gauges from what is in the database now."""
    await _measure_pushes(tx, now)
    await _measure_unopened(tx, now)
    unreachable.clear()
    for row in await tx.execute(_UNREACHABLE):
        seconds = age_seconds(row.failing_since, now)
        unreachable.labels(row.partnership, row.agency, row.role, row.channel).set(seconds)


async def _measure_pushes(tx: Transaction, now: datetime) -> None:
    rows = (await tx.execute(_WAITING, {"now": now})).all()
    waiting.clear()
    for row in rows:
        waiting.labels(row.channel).set(row.pushes)
    oldest_due.set(age_seconds(min((row.due_since for row in rows if row.due_since), default=None), now))


async def _measure_unopened(tx: Transaction, now: datetime) -> None:
    found = (await tx.execute(_UNOPENED, {"red": Rating.RED, "news": list(_OF_NEWS)})).one()
    unopened.set(found.notices)
    oldest_unopened.set(age_seconds(found.since, now))
    danger_unopened.set(found.in_danger)
    oldest_danger_unopened.set(age_seconds(found.danger_since, now))

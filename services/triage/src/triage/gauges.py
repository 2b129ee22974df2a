"""What waits in this service, as gauges: open cases by what they wait for, and time limits that are near or passed."""

from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter, Gauge
from sqlalchemy import text

from chassis.db import Transaction
from chassis.delivery.gauges import age_seconds

SOON: Final = timedelta(hours=1)
"""So near to its time a case counts as about to be late."""

alarms_total: Final = Counter(
    "frontdoor_clock_alarms", "Times that people were notified of a clock", ["clock", "outcome"]
)
open_cases: Final = Gauge("frontdoor_cases_open", "Open cases by what they wait for", ["partnership", "waits_for"])
late_soon: Final = Gauge("frontdoor_cases_late_soon", "Open cases that are late within the hour", ["partnership"])
late: Final = Gauge("frontdoor_cases_late", "Open cases that are late", ["partnership"])
oldest_unrated: Final = Gauge("frontdoor_oldest_unrated_seconds", "How long ago the oldest case without a rating came")
oldest_late: Final = Gauge("frontdoor_oldest_late_seconds", "How long the latest of all cases has been late")
oldest_unsounded: Final = Gauge(
    "frontdoor_oldest_unsounded_seconds", "How long ago the oldest alarm should have sounded that has not"
)

# Every column is in the index of the queue, so that counting open cases reads no row of any case.
OPEN: Final = text(
    """SELECT partnership, waits_for, count(*) AS cases,
              min(received_at) FILTER (WHERE rating IS NULL) AS unrated_since,
              count(*) FILTER (WHERE due_at <= :now) AS late, min(due_at) AS due_at,
              count(*) FILTER (WHERE due_at > :now AND due_at <= :soon) AS late_soon
       FROM "case" WHERE closed_at IS NULL GROUP BY partnership, waits_for"""
)
_UNSOUNDED: Final = text("SELECT min(at) FROM alarm WHERE sounded_at IS NULL AND cancelled_at IS NULL AND at <= :now")


async def measure(tx: Transaction, now: datetime) -> None:
    """Set the gauges from what is in the database now."""
    rows = (await tx.execute(OPEN, {"now": now, "soon": now + SOON})).all()
    for gauge in (open_cases, late_soon, late):
        gauge.clear()
    for row in rows:
        open_cases.labels(row.partnership, row.waits_for).set(row.cases)
        late_soon.labels(row.partnership).inc(row.late_soon)
        late.labels(row.partnership).inc(row.late)
    oldest_unrated.set(age_seconds(min((row.unrated_since for row in rows if row.unrated_since), default=None), now))
    oldest_late.set(age_seconds(min((row.due_at for row in rows if row.due_at), default=None), now))
    oldest_unsounded.set(age_seconds(await tx.scalar(_UNSOUNDED, {"now": now}), now))

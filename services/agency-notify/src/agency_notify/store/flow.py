"""How many notices are to be pushed, and how many pushes were taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Transaction
from chassis.web.operated import WINDOW, Stage

_WAITING: Final = text(
    """SELECT count(DISTINCT d.notice_id) AS number, min(n.queued_at) AS since
       FROM delivery d JOIN notice n USING (notice_id) WHERE d.state = 'pending'"""
)
# By endpoint, as the index of what has ended is.
_PASSED: Final = text(
    """SELECT coalesce(sum(taken.pushes), 0)::bigint FROM endpoint e CROSS JOIN LATERAL (
           SELECT count(*) AS pushes FROM delivery d
           WHERE d.endpoint_id = e.endpoint_id AND d.finished_at > :after AND d.state = 'delivered') AS taken"""
)


async def count(tx: Transaction, now: datetime) -> Sequence[Stage]:
    """One stage: a notice is in it while a push of it is to be made. Those for the inbox alone are never in it."""
    waiting = (await tx.execute(_WAITING)).one()
    passed = await tx.scalar(_PASSED, {"after": now - WINDOW}) or 0
    return (Stage(name="notices", waiting=waiting.number, since=waiting.since, passed=passed),)

"""How many events wait for their place in the log, and how many were given one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Transaction
from chassis.web.operated import WINDOW, Stage

WAITING: Final = text("SELECT count(*) AS number, min(occurred_at) AS since FROM pending")
_PASSED: Final = text(
    """SELECT coalesce((SELECT size FROM log), 0)
              - coalesce((SELECT size FROM checkpoint WHERE signed_at <= :after ORDER BY size DESC LIMIT 1), 0)"""
)


async def count(tx: Transaction, now: datetime) -> Sequence[Stage]:
    """One stage: an event is in it until it has a place in the tree; what passed is counted from checkpoint to now."""
    waiting = (await tx.execute(WAITING)).one()
    passed = await tx.scalar(_PASSED, {"after": now - WINDOW}) or 0
    return (Stage(name="logged", waiting=waiting.number, since=waiting.since, passed=passed),)

"""How many cases are worked on, and how many were closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Transaction
from chassis.web.operated import WINDOW, Stage

_WAITING: Final = text('SELECT count(*) AS number, min(received_at) AS since FROM "case" WHERE closed_at IS NULL')
_PASSED: Final = text('SELECT count(*) FROM "case" WHERE closed_at > :after')


async def count(tx: Transaction, now: datetime) -> Sequence[Stage]:
    """One stage: a case is in it until it is closed; its time counts from the receipt of its referral."""
    waiting = (await tx.execute(_WAITING)).one()
    passed = await tx.scalar(_PASSED, {"after": now - WINDOW}) or 0
    return (Stage(name="in-triage", waiting=waiting.number, since=waiting.since, passed=passed),)

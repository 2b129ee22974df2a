"""How many referrals were accepted, and how many of them triage has not taken up yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Transaction
from chassis.web.operated import WINDOW, Stage

WAITING: Final = text(
    """SELECT count(*) AS number, min(received_at) AS since FROM referral
       WHERE looked_at IS NULL AND disposed_at IS NULL"""
)
_PASSED: Final = text("SELECT count(*) FROM referral WHERE received_at > :after")


async def count(tx: Transaction, now: datetime) -> Sequence[Stage]:
    """One stage: a referral is in it from its receipt until triage has opened its case."""
    waiting = (await tx.execute(WAITING)).one()
    passed = await tx.scalar(_PASSED, {"after": now - WINDOW}) or 0
    return (Stage(name="accepted", waiting=waiting.number, since=waiting.since, passed=passed),)

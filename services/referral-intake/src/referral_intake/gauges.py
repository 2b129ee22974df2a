"""What waits in this service, as gauges: referrals that nobody in triage has, as far as this database knows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from prometheus_client import Counter, Gauge

from chassis.db import Transaction
from chassis.delivery.gauges import age_seconds
from contracts.problems import Problem
from referral_intake.accepting.model import Acceptance
from referral_intake.model import Answer
from referral_intake.store import flow

accepted_total: Final = Counter("frontdoor_referrals_accepted", "Referrals that were written for good", ["partnership"])
without_case: Final = Gauge(
    "frontdoor_referrals_without_case", "Referrals of which triage has not said that it has them"
)
oldest_without_case: Final = Gauge(
    "frontdoor_oldest_without_case_seconds", "How long ago the oldest of the referrals without a case was accepted"
)


def count_accepted(acceptances: Sequence[Acceptance], results: Sequence[Answer | Problem]) -> None:
    """Count what a transaction wrote that has committed. Repeats are answered with an earlier referral."""
    for acceptance, result in zip(acceptances, results, strict=True):
        if isinstance(result, Answer) and result.referral_id == acceptance.received.referral_id:
            accepted_total.labels(acceptance.sender.partnership).inc()


async def measure(tx: Transaction, now: datetime) -> None:
    """How many referrals wait for triage's word, and since when: the whole way there and back, whatever broke on it."""
    waiting = (await tx.execute(flow.WAITING)).one()
    without_case.set(waiting.number)
    oldest_without_case.set(age_seconds(waiting.since, now))

"""What the figures of latency say of instants that are known."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.latency import Figures

BEGAN = datetime(2026, 11, 30, 9, tzinfo=UTC)


def at(milliseconds: float) -> datetime:
    return BEGAN + timedelta(milliseconds=milliseconds)


def test_each_referral_counts_from_its_own_acceptance_and_only_when_it_was_accepted_and_arrived() -> None:
    accepted = {UUID(int=number): at(10 * number) for number in range(1, 101)}
    arrived = {UUID(int=number): at(10 * number + number) for number in range(1, 100)}
    arrived[UUID(int=7000)] = at(9_000)

    figures = Figures.of("in the queue", accepted, arrived)

    assert figures == Figures("in the queue", 99, p50_ms=50.0, p95_ms=95.0, p99_ms=99.0, max_ms=99.0)

"""Moving windows: what is granted, what is left, and when there is more."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chassis.testing.clock import SettableClock
from referral_intake.rates import Limiter


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def limiter(clock: SettableClock) -> Limiter:
    return Limiter(lambda: clock.now().timestamp())


def test_a_whole_minutes_requests_may_come_at_once_and_no_more(limiter: Limiter) -> None:
    granted = [limiter.take("club", "send", per_minute=3).granted for _ in range(5)]

    assert granted == [True, True, True, False, False]


def test_what_is_left_and_for_how_long_is_told(limiter: Limiter, clock: SettableClock) -> None:
    first = limiter.take("club", "send", per_minute=3)
    clock.advance(timedelta(seconds=20))
    second = limiter.take("club", "send", per_minute=3)

    assert (first.limit, first.remaining, first.reset_seconds) == (3, 2, 60)
    assert (second.remaining, second.reset_seconds) == (1, 40)
    assert second.headers == {"RateLimit-Limit": "3", "RateLimit-Remaining": "1", "RateLimit-Reset": "40"}


def test_who_waits_as_long_as_told_is_granted(limiter: Limiter, clock: SettableClock) -> None:
    limiter.take("club", "send", per_minute=1)
    clock.advance(timedelta(seconds=12.5))

    refused = limiter.take("club", "send", per_minute=1)
    clock.advance(timedelta(seconds=int(refused.headers["Retry-After"])))

    assert not refused.granted
    assert limiter.take("club", "send", per_minute=1).granted


def test_a_refused_request_does_not_count(limiter: Limiter, clock: SettableClock) -> None:
    limiter.take("club", "send", per_minute=1)
    for _ in range(10):
        clock.advance(timedelta(seconds=5))
        limiter.take("club", "send", per_minute=1)

    clock.advance(timedelta(seconds=10))

    assert limiter.take("club", "send", per_minute=1).granted


def test_clients_and_scopes_do_not_share_a_window(limiter: Limiter) -> None:
    limiter.take("club", "send", per_minute=1)

    assert limiter.take("club", "read", per_minute=1).granted
    assert limiter.take("school", "send", per_minute=1).granted


def test_looking_takes_nothing(limiter: Limiter) -> None:
    limiter.take("club", "send", per_minute=2)

    for _ in range(5):
        looked = limiter.look("club", "send", per_minute=2)

    assert (looked.granted, looked.remaining) == (True, 1)


def test_a_limit_that_was_changed_begins_with_a_window_of_its_own(limiter: Limiter) -> None:
    for _ in range(4):
        limiter.take("club", "send", per_minute=5)

    lowered = [limiter.take("club", "send", per_minute=2).granted for _ in range(3)]

    assert lowered == [True, True, False]


@given(some.lists(some.floats(min_value=0, max_value=30), max_size=60), some.integers(min_value=1, max_value=6))
def test_no_minute_holds_more_than_the_limit(pauses: list[float], limit: int) -> None:
    now = 0.0
    limiter = Limiter(lambda: now)
    granted_at = []

    for pause in pauses:
        now += pause
        if limiter.take("club", "send", per_minute=limit).granted:
            granted_at.append(now)

    assert all(sum(1 for at in granted_at if end - 60 < at <= end) <= limit for end in granted_at)

"""Instants as people in England read them."""

from datetime import UTC, datetime

import pytest

from policy import local_time


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 12, 1, 15, 5, tzinfo=UTC), "Tuesday 1 December 2026 at 3:05pm"),
        (datetime(2026, 12, 1, 17, 0, tzinfo=UTC), "Tuesday 1 December 2026 at 5pm"),
        (datetime(2026, 12, 1, 0, 0, tzinfo=UTC), "Tuesday 1 December 2026 at midnight"),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "Tuesday 1 December 2026 at midday"),
        (datetime(2026, 12, 1, 0, 7, tzinfo=UTC), "Tuesday 1 December 2026 at 12:07am"),
        (datetime(2026, 12, 1, 12, 7, tzinfo=UTC), "Tuesday 1 December 2026 at 12:07pm"),
    ],
)
def test_a_moment_is_said_on_a_twelve_hour_clock(at: datetime, said: str) -> None:
    assert local_time.moment(at) == said


def test_in_summer_it_is_the_time_and_the_day_of_london() -> None:
    at = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)

    assert local_time.moment(at) == "Tuesday 1 September 2026 at 12:30am"
    assert local_time.day(at) == "1 September 2026"

"""Times, counts and codes as people read them."""

from datetime import UTC, date, datetime

import pytest

from triage_ui.shell import formats


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 12, 1, 15, 5, tzinfo=UTC), "Tuesday 1 December 2026 at 3:05pm"),
        (None, ""),
    ],
)
def test_a_moment_is_said_in_full_and_none_is_empty(at: datetime | None, said: str) -> None:
    assert formats.moment(at) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "No time limit now"),
        (30, "less than a minute left"),
        (7500, "2 hours 5 minutes left"),
        (3600, "1 hour left"),
        (-90061, "1 day 1 hour late"),
        (-30, "less than a minute late"),
    ],
)
def test_time_left_is_said_in_its_two_largest_units(seconds: int | None, said: str) -> None:
    assert formats.time_left(seconds) == said


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("2017-05-04", "9 years"),
        ("2024-11-30", "23 months"),
        ("2024-11-29", "2 years"),
        ("2026-11-29", "0 months"),
        ("2027-01-01", ""),
        ("2017-05", ""),
        (None, ""),
    ],
)
def test_an_age_is_said_only_when_the_birth_is_known_to_the_day(born: str | None, said: str) -> None:
    assert formats.age(born, today=date(2026, 11, 29)) == said


def test_a_code_that_is_newer_than_the_client_is_shown_as_it_came() -> None:
    assert formats.label("strategy-discussion", "outcome").startswith("Strategy discussion")
    assert formats.label("of-tomorrow", "outcome") == "of-tomorrow"
    assert formats.said("of-tomorrow", formats.REQUEST_STATES) == "Of tomorrow"

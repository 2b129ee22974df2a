"""Retention: which class a referral belongs to, what its period is counted from, and the first moment it may go."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Outcome
from policy.pack import Pack
from policy.retention import anniversary, due_at, last_day, trigger_day
from policy.rules import RetentionRule, RetentionTrigger
from policy.testing import packs_of

PARTNERSHIPS = Path(__file__).parents[3] / "partnerships"
PACKS = packs_of(PARTNERSHIPS)
LONDON = ZoneInfo("Europe/London")
DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)

each_pack = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())


def rule(trigger: RetentionTrigger, years: int) -> RetentionRule:
    return RetentionRule(
        record_class="some-class", outcomes=(Outcome.EARLY_HELP,), trigger=trigger, years=years, source="some-schedule"
    )


YEAR_END = rule(RetentionTrigger.YEAR_OF_LAST_CHANGE, 6)
LAST_CONTACT = rule(RetentionTrigger.LAST_CONTACT, 35)
BIRTHDAY = rule(RetentionTrigger.EIGHTEENTH_BIRTHDAY, 3)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- classes --------------------------------------------------------------------------------------------------------


@each_pack
def test_every_outcome_has_a_class(pack: Pack) -> None:
    classes = {outcome: pack.retention_of([outcome]).record_class for outcome in Outcome}

    assert classes[Outcome.NO_FURTHER_ACTION] == "referral-without-further-action"
    assert classes[Outcome.ASSESSMENT] == "child-in-need"
    assert classes[Outcome.STRATEGY_DISCUSSION] == "child-protection"


@each_pack
def test_the_most_serious_outcome_of_any_child_decides(pack: Pack) -> None:
    mixed = [Outcome.NO_FURTHER_ACTION, Outcome.STRATEGY_DISCUSSION, Outcome.EARLY_HELP]

    assert pack.retention_of(mixed).record_class == "child-protection"
    assert pack.retention_of([Outcome.EARLY_HELP, Outcome.NO_FURTHER_ACTION]).record_class == "early-help"


@each_pack
@pytest.mark.parametrize("outcomes", [[], [None], [Outcome.NO_FURTHER_ACTION, None]])
def test_what_is_not_known_is_kept_as_the_most_serious(pack: Pack, outcomes: list[Outcome | None]) -> None:
    assert pack.retention_of(outcomes).record_class == "child-protection"


# -- what is counted from -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_activity", "counted_from"),
    [
        ("2026-03-02T09:00Z", "2026-12-31"),
        ("2026-12-31T23:59:59Z", "2026-12-31"),  # winter: local time is UTC
        ("2027-01-01T00:00Z", "2027-12-31"),
    ],
)
def test_the_year_of_the_last_change_is_the_local_one(last_activity: str, counted_from: str) -> None:
    assert trigger_day(YEAR_END, at(last_activity), []) == date.fromisoformat(counted_from)


def test_the_last_contact_is_on_a_local_day_in_summer_too() -> None:
    before_midnight_in_london = at("2026-06-30T22:59Z")
    after_midnight_in_london = at("2026-06-30T23:00Z")

    assert trigger_day(LAST_CONTACT, before_midnight_in_london, []) == date(2026, 6, 30)
    assert trigger_day(LAST_CONTACT, after_midnight_in_london, []) == date(2026, 7, 1)


def test_the_youngest_childs_eighteenth_birthday_counts() -> None:
    births = [date(2010, 1, 1), date(2017, 5, 4), date(2012, 8, 8)]

    assert trigger_day(BIRTHDAY, at("2026-03-02T09:00Z"), births) == date(2035, 5, 4)


@pytest.mark.parametrize("births", [[], [None], [date(2017, 5, 4), None]])
def test_a_birthday_that_is_not_known_is_never_guessed(births: list[date | None]) -> None:
    assert trigger_day(BIRTHDAY, at("2026-03-02T09:00Z"), births) is None


def test_a_birthday_that_is_past_counts_from_the_last_activity() -> None:
    assert trigger_day(BIRTHDAY, at("2026-03-02T09:00Z"), [date(2006, 1, 1)]) == date(2026, 3, 2)


# -- periods --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "counted_from", "through"),
    [
        (YEAR_END, "2026-12-31", "2032-12-31"),
        (LAST_CONTACT, "2024-02-29", "2059-03-01"),
        (BIRTHDAY, "2035-05-04", "2038-05-04"),
    ],
)
def test_a_record_is_kept_through_the_anniversary(kept: RetentionRule, counted_from: str, through: str) -> None:
    assert last_day(kept, date.fromisoformat(counted_from)) == date.fromisoformat(through)


def test_a_child_born_on_29_february_is_eighteen_on_1_march() -> None:
    assert trigger_day(BIRTHDAY, at("2020-03-02T09:00Z"), [date(2008, 2, 29)]) == date(2026, 3, 1)
    assert anniversary(date(2008, 2, 29), 20) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("kept_through", "first_instant"),
    [
        ("2032-12-31", "2033-01-01T00:00Z"),
        ("2033-06-14", "2033-06-14T23:00Z"),  # midnight in summer
        ("2026-03-28", "2026-03-29T00:00Z"),  # clocks go forward an hour later
        ("2026-03-29", "2026-03-29T23:00Z"),
        ("2026-10-24", "2026-10-24T23:00Z"),  # clocks go back two hours later
        ("2026-10-25", "2026-10-26T00:00Z"),
    ],
)
def test_a_record_may_go_from_local_midnight_on(kept_through: str, first_instant: str) -> None:
    assert due_at(date.fromisoformat(kept_through)) == at(first_instant)


# -- against an oracle ----------------------------------------------------------------------------------------------


def walked_anniversary(day: date, years: int) -> date:
    """Walks the calendar day by day and counts birthdays as a person would keep them."""
    walked = day
    while years:
        before, walked = walked, walked + DAY
        skipped = (day.month, day.day) == (2, 29) and (before.month, before.day, walked.month) == (2, 28, 3)
        years -= (walked.month, walked.day) == (day.month, day.day) or skipped
    return walked


def walked_due(kept_through: date) -> datetime:
    """Walks real time from noon until the calendar on a wall in London shows another day."""
    now = datetime(kept_through.year, kept_through.month, kept_through.day, 12, tzinfo=UTC)
    while now.astimezone(LONDON).date() <= kept_through:
        now += QUARTER
    return now


DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31)) | st.builds(
    lambda year: date(year * 4, 2, 29), st.integers(498, 514)
)
MOMENTS = st.builds(lambda quarters: datetime(2000, 1, 1, tzinfo=UTC) + quarters * QUARTER, st.integers(0, 2_000_000))


@given(DAYS, st.integers(1, 40))
def test_anniversaries_agree_with_a_walk_through_the_calendar(day: date, years: int) -> None:
    assert anniversary(day, years) == walked_anniversary(day, years)


@given(DAYS)
def test_first_moments_agree_with_a_walk_through_the_night(kept_through: date) -> None:
    assert due_at(kept_through) == walked_due(kept_through)


@given(st.sampled_from([YEAR_END, LAST_CONTACT, BIRTHDAY]), MOMENTS, DAYS)
def test_no_record_goes_before_its_years_without_activity_are_over(
    kept: RetentionRule, active: datetime, born: date
) -> None:
    counted_from = trigger_day(kept, active, [born])
    assert counted_from is not None

    due = due_at(last_day(kept, counted_from))

    local = active.astimezone(LONDON)
    assert due.astimezone(LONDON).date() > walked_anniversary(local.date(), kept.years)
    if kept is BIRTHDAY:
        assert due.astimezone(LONDON).date() > walked_anniversary(walked_anniversary(born, 18), kept.years)

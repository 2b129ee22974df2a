"""Working time against a slow second opinion, over ten years and both clock-change nights.

The oracle walks every minute in local time. It shares nothing with ``policy.working_time``: its own bank
holidays from the rules of the 1971 Act, its own reading of hours, no interval arithmetic.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policy.bank_holidays import bank_holidays_in
from policy.working_time import DayHours, Unit, WorkingCalendar

FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPAN_MINUTES = (LAST - FIRST) // MINUTE
LONDON = ZoneInfo("Europe/London")
CLOCKS = [[f"{hour:02}:{minute:02}" for minute in range(60)] for hour in range(24)]
"""What a clock on the wall shows, by hour and minute."""

OFFICE = {**dict.fromkeys(range(4), ("08:30", "17:30")), 4: ("08:30", "17:00")}
NIGHTS = {
    0: ("00:00", "09:00"),
    2: ("12:00", "24:00"),
    3: ("00:00", "24:00"),
    5: ("22:00", "24:00"),
    6: ("00:00", "24:00"),
}
DURATIONS = {Unit.ELAPSED_HOURS: (1, 24, 72), Unit.WORKING_HOURS: (1, 4, 24), Unit.WORKING_DAYS: (1, 3, 15)}


class Oracle:
    """``hours``: weekday (Monday 0) to (opens, closes) as "HH:MM" texts; a weekday that is absent is closed."""

    def __init__(self, hours: dict[int, tuple[str, str]]) -> None:
        holidays = {day for year in range(2024, 2036) for day in bank_holidays(year)}
        worked: list[bool] = []
        self.days: dict[date, list[int]] = {}
        for hour in range(SPAN_MINUTES // 60):
            local, end = ((FIRST + hour * HOUR + within).astimezone(LONDON) for within in (0 * MINUTE, 59 * MINUTE))
            assert (local.hour, local.minute) == (end.hour, 0), "its hours are not those of UTC"
            opens, closes = hours.get(local.weekday(), ("24:00", "24:00"))
            day, works = local.date(), local.date() not in holidays
            for minute, clock in enumerate(CLOCKS[local.hour], hour * 60):
                is_open = works and opens <= clock < closes
                worked.append(is_open)
                if is_open:
                    self.days.setdefault(day, [minute, minute])[1] = minute
        self.used = list(accumulate(worked, initial=0))
        self.first_minutes = [first for first, _ in self.days.values()]
        self.last_minutes = [last for _, last in self.days.values()]

    def worked_minutes(self, start: datetime, end: datetime) -> int:
        return self.used[(end - FIRST) // MINUTE] - self.used[(start - FIRST) // MINUTE]

    def after_worked_minutes(self, start: datetime, minutes: int) -> datetime:
        """The first minute by which so many minutes were worked."""
        return FIRST + MINUTE * bisect_left(self.used, self.used[(start - FIRST) // MINUTE] + minutes)

    def after_working_days(self, start: datetime, days: int) -> datetime:
        """The end of the last minute of the Nth day whose first minute comes after the start."""
        nth = bisect_right(self.first_minutes, (start - FIRST) / MINUTE) + days - 1
        return FIRST + MINUTE * (self.last_minutes[nth] + 1)


def bank_holidays(year: int) -> set[date]:
    """England: three Mondays, Easter, and New Year and Christmas with their days in lieu."""
    may, spring, summer = date(year, 5, 1), date(year, 5, 31), date(year, 8, 31)
    found = {
        may + DAY * (-may.weekday() % 7),
        spring - DAY * spring.weekday(),
        summer - DAY * summer.weekday(),
        easter(year) - 2 * DAY,
        easter(year) + DAY,
    }
    fixed_days = (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26))
    found.update(fixed_days)
    for fixed in fixed_days:
        found.add(in_lieu(fixed, taken=found))
    return found


def in_lieu(fixed: date, *, taken: set[date]) -> date:
    day = fixed
    while day.weekday() > 4 or (day in taken and day != fixed):
        day += DAY
    return day


def easter(year: int) -> date:
    """The anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    x = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * x) // 451
    month, day = divmod(h + x - 7 * m + 114, 31)
    return date(year, month, day + 1)


Pair = tuple[WorkingCalendar, Oracle]


def calendar(hours: dict[int, tuple[str, str]]) -> WorkingCalendar:
    return WorkingCalendar({day: DayHours.parse(f"{opens}-{closes}") for day, (opens, closes) in hours.items()})


@pytest.fixture(scope="module", params=[OFFICE, NIGHTS], ids=["office", "nights"])
def pair(request: pytest.FixtureRequest) -> Pair:
    return calendar(request.param), Oracle(request.param)


def due_by_oracle(oracle: Oracle, start: datetime, duration: int, unit: Unit) -> datetime:
    match unit:
        case Unit.ELAPSED_HOURS:
            return start + duration * 60 * MINUTE
        case Unit.WORKING_HOURS:
            return oracle.after_worked_minutes(start, duration * 60)
        case Unit.WORKING_DAYS:
            return oracle.after_working_days(start, duration)


def assert_agree(pair: Pair, start: datetime) -> None:
    calendar, oracle = pair
    for unit, durations in DURATIONS.items():
        for duration in durations:
            due_at = calendar.add(start, duration, unit=unit)

            assert due_at == due_by_oracle(oracle, start, duration, unit), (start, duration, unit)
            assert calendar.elapsed(start, due_at, unit=unit) == pytest.approx(duration)


def clock_change_nights() -> Iterator[date]:
    """The last Sundays of March and October."""
    for year, month in product(range(FIRST.year, LAST.year), (3, 10)):
        last = date(year, month, 31)
        yield last - timedelta(days=(last.weekday() + 1) % 7)


@pytest.mark.parametrize("year", range(2024, 2036))
def test_bank_holidays_are_those_of_the_act(year: int) -> None:
    assert bank_holidays_in(year) == bank_holidays(year)


def test_every_day_of_ten_years_agrees_at_the_edges_of_opening_hours(pair: Pair) -> None:
    edges = [(0, 0), (8, 29), (8, 30), (16, 59), (17, 0), (17, 30), (23, 59)]
    last_day = (LAST - FIRST).days - 60
    for ahead in range(1, last_day):
        hour, minute = edges[ahead % len(edges)]
        day = (FIRST + timedelta(days=ahead)).date()
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)

        assert_agree(pair, local.astimezone(UTC))


def test_every_clock_change_night_agrees_around_the_clock(pair: Pair) -> None:
    for night in clock_change_nights():
        saturday_noon = datetime(night.year, night.month, night.day, 12, tzinfo=UTC) - timedelta(days=1)
        for minutes in range(0, 48 * 60, 13):
            assert_agree(pair, saturday_noon + minutes * MINUTE)


@settings(max_examples=400, deadline=None)
@given(minute=st.integers(1440, SPAN_MINUTES - 120 * 1440))
def test_any_minute_agrees(pair: Pair, minute: int) -> None:
    assert_agree(pair, FIRST + minute * MINUTE)


@settings(max_examples=200, deadline=None)
@given(
    minute=st.integers(1440, SPAN_MINUTES - 90 * 1440),
    span_minutes=st.integers(1, 40 * 1440),
    tenths=st.integers(1, 15),
)
def test_a_share_is_the_first_minute_by_which_it_is_worked(
    pair: Pair, minute: int, span_minutes: int, tenths: int
) -> None:
    calendar, oracle = pair
    start, due = FIRST + minute * MINUTE, FIRST + (minute + span_minutes) * MINUTE
    worked = oracle.worked_minutes(start, due)
    assume(worked > 0 and tenths != 10)

    reached = calendar.share_at(start, due, share=tenths / 10, unit=Unit.WORKING_DAYS)

    assert abs(oracle_time_worked(oracle, start, reached) - worked * tenths / 10) < 1e-6


def oracle_time_worked(oracle: Oracle, start: datetime, end: datetime) -> float:
    """Minutes worked, the last one in part."""
    whole = FIRST + (end - FIRST) // MINUTE * MINUTE
    part = (end - whole) / MINUTE if oracle.worked_minutes(whole, whole + MINUTE) else 0
    return oracle.worked_minutes(start, whole) + part


@settings(max_examples=300, deadline=None)
@given(
    minute=st.integers(1440, SPAN_MINUTES - 120 * 1440),
    microseconds=st.integers(1, 59_999_999),
    unit=st.sampled_from(Unit),
)
def test_a_later_start_is_never_due_earlier_and_seconds_are_not_lost(
    pair: Pair, minute: int, microseconds: int, unit: Unit
) -> None:
    calendar, _ = pair
    start = FIRST + minute * MINUTE
    within = start + timedelta(microseconds=microseconds)

    due_at = [calendar.add(at, 2, unit=unit) for at in (start, within, start + MINUTE)]

    assert due_at == sorted(due_at)
    assert calendar.elapsed(within, due_at[1], unit=unit) == pytest.approx(2, abs=1e-9)


@settings(deadline=None)
@given(minute=st.integers(1440, SPAN_MINUTES - 120 * 1440), hours=st.integers(1, 60))
def test_starting_while_closed_is_starting_at_the_next_opening(pair: Pair, minute: int, hours: int) -> None:
    calendar, _ = pair
    start = FIRST + minute * MINUTE
    opens_at = calendar.next_open(start)

    from_start = calendar.add(start, hours, unit=Unit.WORKING_HOURS)

    assert from_start == calendar.add(opens_at, hours, unit=Unit.WORKING_HOURS)


def test_adding_working_days_looks_once_at_each_date(pair: Pair) -> None:
    """Counted in steps, not seconds: 45 working days look at no more dates than they span."""
    calendar, _ = pair
    looked_at: list[date] = []

    class Counting(WorkingCalendar):
        def is_working_day(self, day: date) -> bool:
            looked_at.append(day)
            return super().is_working_day(day)

    start = datetime(2026, 11, 2, 10, tzinfo=UTC)
    due_at = Counting(calendar.hours).add(start, 45, unit=Unit.WORKING_DAYS)

    assert looked_at == sorted(set(looked_at))
    assert looked_at[-1] <= due_at.date()

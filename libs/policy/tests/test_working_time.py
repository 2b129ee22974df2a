"""Working time: the written semantics, one sentence at a time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policy.working_time import BeyondHorizon, DayHours, Unit, WorkingCalendar

LONDON = ZoneInfo("Europe/London")
FULL, SHORT = DayHours.parse("08:30-17:30"), DayHours.parse("08:30-17:00")
WARWICKSHIRE = WorkingCalendar(hours={0: FULL, 1: FULL, 2: FULL, 3: FULL, 4: SHORT})


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-20 16:00", 1, "2026-11-23 17:30"),  # Friday afternoon: Monday's closing, not Saturday 16:00
        ("2026-11-19 09:00", 1, "2026-11-20 17:00"),  # due on a Friday, which closes earlier
        ("2026-11-20 17:00", 1, "2026-11-23 17:30"),  # the closing moment is already out of hours
        ("2026-11-21 11:00", 1, "2026-11-23 17:30"),  # Saturday: Monday opens after it, so Monday is the first
        ("2026-11-23 06:00", 1, "2026-11-23 17:30"),  # before opening: a whole working day is still to come
        ("2026-11-23 08:30", 1, "2026-11-24 17:30"),  # at opening: the day has begun, so it is not counted
        ("2026-12-24 16:00", 1, "2026-12-29 17:30"),  # Christmas on a Friday, Boxing Day in lieu on the Monday
        ("2026-12-24 16:00", 3, "2026-12-31 17:30"),
        ("2026-03-27 12:00", 1, "2026-03-30 17:30"),  # over the spring clock change
        ("2026-10-23 12:00", 1, "2026-10-26 17:30"),  # over the autumn clock change
        ("2026-11-02 10:00", 45, "2027-01-07 17:30"),
    ],
)
def test_a_working_day_ends_at_closing_of_the_nth_day_that_opens_after_the_start(
    start: str, days: int, due: str
) -> None:
    assert WARWICKSHIRE.add(london(start), days, unit=Unit.WORKING_DAYS) == london(due)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-20 16:00", 1, "2026-11-20 17:00"),  # used up exactly at closing
        ("2026-11-20 16:00", 4, "2026-11-23 11:30"),
        ("2026-11-21 23:00", 0.5, "2026-11-23 09:00"),  # out of hours counts from the next opening
        ("2026-11-24 05:00", 9, "2026-11-24 17:30"),
        ("2026-11-24 05:00", 9.5, "2026-11-25 09:00"),
        ("2026-12-24 17:00", 1, "2026-12-29 09:00"),
        ("2026-03-27 16:30", 1, "2026-03-30 09:00"),
    ],
)
def test_working_hours_run_only_while_the_service_is_open(start: str, hours: float, due: str) -> None:
    assert WARWICKSHIRE.add(london(start), hours, unit=Unit.WORKING_HOURS) == london(due)


def test_twenty_four_elapsed_hours_and_one_working_day_from_a_friday_differ_by_two_days() -> None:
    friday = london("2026-11-20 16:00")

    elapsed_due_at = WARWICKSHIRE.add(friday, 24, unit=Unit.ELAPSED_HOURS)
    working_due_at = WARWICKSHIRE.add(friday, 1, unit=Unit.WORKING_DAYS)

    assert elapsed_due_at == london("2026-11-21 16:00")
    assert (working_due_at.date() - elapsed_due_at.date()).days == 2


def test_elapsed_hours_are_real_hours_on_both_clock_change_nights() -> None:
    spring = WARWICKSHIRE.add(london("2026-03-28 22:00"), 4, unit=Unit.ELAPSED_HOURS)
    autumn = WARWICKSHIRE.add(london("2026-10-24 22:00"), 4, unit=Unit.ELAPSED_HOURS)

    assert spring.astimezone(LONDON).isoformat() == "2026-03-29T03:00:00+01:00"
    assert autumn.astimezone(LONDON).isoformat() == "2026-10-25T01:00:00+00:00"


def test_a_service_open_through_the_night_works_an_hour_less_in_spring_and_more_in_autumn() -> None:
    always = WorkingCalendar(hours=dict.fromkeys(range(7), DayHours.parse("00:00-24:00")))

    spring = always.time_worked(london("2026-03-29 00:00"), london("2026-03-30 00:00"))
    autumn = always.time_worked(london("2026-10-25 00:00"), london("2026-10-26 00:00"))

    assert (spring, autumn) == (timedelta(hours=23), timedelta(hours=25))


def test_due_times_are_utc_instants() -> None:
    due_at = WARWICKSHIRE.add(london("2026-07-01 10:00"), 1, unit=Unit.WORKING_DAYS)

    assert due_at.isoformat() == "2026-07-02T16:30:00+00:00"


def test_a_closure_is_no_working_day_and_a_worked_bank_holiday_is_one() -> None:
    calendar = WorkingCalendar(
        hours=WARWICKSHIRE.hours,
        closed_on=frozenset({date(2026, 11, 23)}),
        worked_on=frozenset({date(2026, 12, 25)}),
    )

    after_closure = calendar.add(london("2026-11-20 16:00"), 1, unit=Unit.WORKING_DAYS)
    on_christmas = calendar.add(london("2026-12-24 16:00"), 1, unit=Unit.WORKING_DAYS)

    assert after_closure == london("2026-11-24 17:30")
    assert on_christmas == london("2026-12-25 17:00")


@pytest.mark.parametrize(
    ("share", "reached"),
    [(0.5, "2026-11-23 10:30"), (0.75, "2026-11-23 14:00"), (1.0, "2026-11-23 17:30"), (1.25, "2026-11-24 12:00")],
)
def test_a_share_of_a_working_day_is_a_share_of_the_time_worked(share: float, reached: str) -> None:
    start, due = london("2026-11-20 12:00"), london("2026-11-23 17:30")

    assert WARWICKSHIRE.share_at(start, due, share=share, unit=Unit.WORKING_DAYS) == london(reached)


def test_a_share_of_elapsed_hours_ignores_opening_hours() -> None:
    start, due = london("2026-11-20 16:00"), london("2026-11-21 16:00")

    half_at = WARWICKSHIRE.share_at(start, due, share=0.5, unit=Unit.ELAPSED_HOURS)

    assert half_at == london("2026-11-21 04:00")


def test_a_share_of_no_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="some time must be allowed"):
        WARWICKSHIRE.share_at(
            london("2026-11-21 10:00"), london("2026-11-22 10:00"), share=0.5, unit=Unit.WORKING_HOURS
        )


@pytest.mark.parametrize(
    ("unit", "passed"), [(Unit.ELAPSED_HOURS, 73.5), (Unit.WORKING_HOURS, 10.0), (Unit.WORKING_DAYS, 1)]
)
def test_elapsed_counts_its_own_unit(unit: Unit, passed: float) -> None:
    assert WARWICKSHIRE.elapsed(london("2026-11-20 16:00"), london("2026-11-23 17:30"), unit=unit) == passed


def test_next_open_is_the_instant_itself_while_open() -> None:
    open_at, closed_at = london("2026-11-20 10:00"), london("2026-11-20 17:00")

    assert WARWICKSHIRE.next_open(open_at) == open_at
    assert WARWICKSHIRE.next_open(closed_at) == london("2026-11-23 08:30")


@pytest.mark.parametrize("duration", [0, -1])
@pytest.mark.parametrize("unit", list(Unit))
def test_a_duration_that_is_not_positive_is_refused(duration: int, unit: Unit) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        WARWICKSHIRE.add(london("2026-11-20 16:00"), duration, unit=unit)


def test_half_a_working_day_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        WARWICKSHIRE.add(london("2026-11-20 16:00"), 1.5, unit=Unit.WORKING_DAYS)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        WARWICKSHIRE.add(datetime(2026, 11, 20, 16), 1, unit=Unit.WORKING_DAYS)  # noqa: DTZ001


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="before the start"):
        WARWICKSHIRE.elapsed(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), unit=Unit.WORKING_DAYS)


@pytest.mark.parametrize(("duration", "unit"), [(3000, Unit.WORKING_DAYS), (40_000, Unit.WORKING_HOURS)])
def test_a_due_time_more_than_ten_years_ahead_is_refused(duration: int, unit: Unit) -> None:
    with pytest.raises(BeyondHorizon):
        WARWICKSHIRE.add(london("2026-11-20 16:00"), duration, unit=unit)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("8:30-17:30", "like"),
        ("08:30", "like"),
        ("17:30-08:30", "open before it closes"),
        ("08:30-24:30", "open before it closes"),
        ("01:30-09:00", "between 01:00 and 02:00"),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        DayHours.parse(text)


def test_hours_read_and_write_the_same_text() -> None:
    assert str(DayHours.parse("00:00-24:00")) == "00:00-24:00"

"""Working time: when a clock that starts now is due, in a partnership's own hours and calendar.

Every instant in and out is aware; results are UTC. Hours are local (Europe/London); time worked is real time, so
a service that is open through a clock-change night works one hour less in spring and one more in autumn.

A service is open from its opening, inclusive, to its closing, exclusive. A start while it is closed counts from
the next opening. Due is the earliest instant at which the allowed time is used:

- elapsed hours run always;
- working hours run while the service is open, so one may be due at the very moment of closing;
- working days: the day a clock starts in is not counted once the service has opened, because part of it may be
  gone. The Nth working day is the Nth one that opens after the start, and it ends at its own closing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from policy.bank_holidays import bank_holidays_in

LONDON: Final = ZoneInfo("Europe/London")
MINUTES_PER_DAY: Final = 24 * 60
_HOURS: Final = re.compile(r"([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")
_CLOCKS_CHANGE: Final = (60, 120)  # London's clocks go 01:00 to 02:00 in March and 02:00 back to 01:00 in October
HORIZON_DAYS: Final = 3660
"""How far ahead a due time is looked for; a clock beyond ten years is a mistake in a pack."""

DAYS_KEPT: Final = 1024


class Unit(StrEnum):
    """What a duration counts."""

    ELAPSED_HOURS = "elapsed_hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


class BeyondHorizon(ValueError):
    """No due time within ``HORIZON_DAYS``: the duration is too long or the service never opens."""


class DayHours(NamedTuple):
    """Local minutes since midnight; closing may be 1440, the end of the day."""

    opens_minute: int
    closes_minute: int

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read "08:30-17:30" (closing may be "24:00"). Raises ``ValueError`` saying what to write instead."""
        if not isinstance(text, str) or not (match := _HOURS.fullmatch(text)):
            raise ValueError('must be local times like "08:30-17:30"')
        opens, closes = (int(h) * 60 + int(m) for h, m in (match.groups()[:2], match.groups()[2:]))
        if not 0 <= opens < closes <= MINUTES_PER_DAY:
            raise ValueError("must open before it closes, on the same day")
        if any(_CLOCKS_CHANGE[0] < minute < _CLOCKS_CHANGE[1] for minute in (opens, closes)):
            raise ValueError("must not open or close between 01:00 and 02:00, which some nights lack or repeat")
        return cls(opens, closes)

    def __str__(self) -> str:
        opens, closes = (f"{minute // 60:02}:{minute % 60:02}" for minute in self)
        return f"{opens}-{closes}"


class Opening(NamedTuple):
    """One working day of the service, as UTC instants; closed again from ``closes_at`` on."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class WorkingCalendar:
    """When a service works: ``hours`` by weekday (Monday is 0), less bank holidays and closures.

    ``closed_on`` adds days, ``worked_on`` takes bank holidays away again.
    """

    hours: Mapping[int, DayHours]
    closed_on: frozenset[date] = field(default_factory=frozenset)
    worked_on: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Whether the service opens on this local date."""
        if day.weekday() not in self.hours or day in self.closed_on:
            return False
        return day in self.worked_on or day not in bank_holidays_in(day.year)

    def next_open(self, at: datetime) -> datetime:
        """The instant itself while the service is open, else its next opening."""
        instant = _utc(at)
        return max(instant, next(self._openings_from(instant)).opens_at)

    def add(self, start: datetime, duration: float, *, unit: Unit) -> datetime:
        """When ``duration`` (positive; whole for working days) counted from ``start`` is used up."""
        if duration <= 0:
            raise ValueError("A duration must be greater than 0")
        if unit is Unit.WORKING_DAYS:
            return self._closing_of_day(_utc(start), duration)
        if unit is Unit.WORKING_HOURS:
            return self._after_working(_utc(start), timedelta(hours=duration))
        return _utc(start) + timedelta(hours=duration)

    def elapsed(self, start: datetime, end: datetime, *, unit: Unit) -> float:
        """How much of the unit has passed between two instants; working days only when they are complete."""
        if _utc(end) < _utc(start):
            raise ValueError("The end must not be before the start")
        if unit is Unit.WORKING_DAYS:
            return self._days_between(_utc(start), _utc(end))
        if unit is Unit.WORKING_HOURS:
            return self.time_worked(start, end) / timedelta(hours=1)
        return (_utc(end) - _utc(start)) / timedelta(hours=1)

    def time_worked(self, start: datetime, end: datetime) -> timedelta:
        """Real time during which the service is open between two instants."""
        first, last, total = _utc(start), _utc(end), timedelta()
        day, last_day = local_date(first), local_date(last)
        while day <= last_day:
            opening = self._opening_on(day)
            if opening is not None:
                total += max(timedelta(), min(opening.closes_at, last) - max(opening.opens_at, first))
            day += timedelta(days=1)
        return total

    def share_at(self, start: datetime, due: datetime, *, share: float, unit: Unit) -> datetime:
        """The instant when a share of the time from ``start`` to ``due`` is used: real time for elapsed hours,
        time worked for the others. Exactly ``due`` for 1; later than due for more than 1.
        """
        elapsed = unit is Unit.ELAPSED_HOURS
        allowed = _utc(due) - _utc(start) if elapsed else self.time_worked(start, due)
        if share <= 0 or allowed <= timedelta():
            raise ValueError("A share must be greater than 0, and some time must be allowed before due")
        if share == 1:
            return _utc(due)
        return _utc(start) + allowed * share if elapsed else self._after_working(_utc(start), allowed * share)

    def _after_working(self, start: datetime, allowed: timedelta) -> datetime:
        left, openings = allowed, self._openings_from(start)
        while True:
            opening = next(openings)
            begins_at = max(start, opening.opens_at)
            if left <= opening.closes_at - begins_at:
                return begins_at + left
            left -= opening.closes_at - begins_at

    def _closing_of_day(self, start: datetime, days: float) -> datetime:
        if days != int(days):
            raise ValueError("Working days must be a whole number")
        later = (opening for opening in self._openings_from(start) if opening.opens_at > start)
        for _ in range(int(days) - 1):
            next(later)
        return next(later).closes_at

    def _days_between(self, start: datetime, end: datetime) -> int:
        day, complete = local_date(start), 0
        while day <= local_date(end):
            opening = self._opening_on(day)
            complete += opening is not None and start < opening.opens_at and opening.closes_at <= end
            day += timedelta(days=1)
        return complete

    def _openings_from(self, at: datetime) -> Iterator[Opening]:
        """Openings that are not over at ``at``, in order. Raises ``BeyondHorizon`` when asked too far."""
        first = local_date(at)
        for ahead in range(HORIZON_DAYS):
            opening = self._opening_on(first + timedelta(days=ahead))
            if opening is not None and opening.closes_at > at:
                yield opening
        raise BeyondHorizon("The service does not open so often within ten years")

    @cached_property
    def _opening_on(self) -> Callable[[date], Opening | None]:
        """The opening of a local date. Every clock of every case asks for the same few days, so they are kept."""
        return lru_cache(maxsize=DAYS_KEPT)(self._find_opening)

    def _find_opening(self, day: date) -> Opening | None:
        if not self.is_working_day(day):
            return None
        hours = self.hours[day.weekday()]
        return Opening(_instant(day, hours.opens_minute), _instant(day, hours.closes_minute))


def _instant(day: date, minute: int) -> datetime:
    days, minute_of_day = divmod(minute, MINUTES_PER_DAY)
    at = time(*divmod(minute_of_day, 60), tzinfo=LONDON)
    return datetime.combine(day + timedelta(days=days), at).astimezone(UTC)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("An instant must carry its time zone")
    return at.astimezone(UTC)


def local_date(at: datetime) -> date:
    """The day in London at an instant."""
    return at.astimezone(LONDON).date()

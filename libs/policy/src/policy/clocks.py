"""Clocks: how long a step may take, when it is due, and who is notified on the way."""

from datetime import datetime
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from contracts.codes import Rating
from contracts.events import EVENTS
from policy.rules import Part, Rule, Slug
from policy.working_time import Unit, WorkingCalendar


def _known_event(event_type: str) -> str:
    if event_type not in EVENTS:
        raise ValueError("must be the type of an event, such as " + next(iter(EVENTS)))
    return event_type


EventType = Annotated[str, AfterValidator(_known_event)]


class Tell(Part):
    """Who is notified when a share of the time is used: 1 is due, more than 1 is late."""

    share: float = Field(gt=0, le=10)
    tell: tuple[Slug, ...] = Field(min_length=1)


class ClockStep(NamedTuple):
    """One moment of a running clock."""

    share: float
    at: datetime
    tell: tuple[str, ...]


class Clock(Rule):
    """A step's time limit, from one event to another; without a ``rating`` it holds for any.

    ``runs_out_of_hours``: always for elapsed hours and never for working days. Working hours that run out of hours
    start at the next opening when the service is closed and, once started, do not stop at closing.
    """

    IDENTITY = ("name", "rating")

    name: Slug
    rating: Rating | None = None
    duration: float = Field(gt=0, le=10_000)
    unit: Unit
    starts: EventType
    stops: EventType
    runs_out_of_hours: bool
    warn_at: tuple[Tell, ...]

    def due_at(self, calendar: WorkingCalendar, start: datetime) -> datetime:
        """When a clock that starts at ``start`` is due (UTC)."""
        begins_at, unit = self._counted(calendar, start)
        return calendar.add(begins_at, self.duration, unit=unit)

    def steps(self, calendar: WorkingCalendar, start: datetime) -> tuple[ClockStep, ...]:
        """Each moment at which somebody is notified, earliest first; due itself is among them."""
        begins_at, unit = self._counted(calendar, start)
        due_at = calendar.add(begins_at, self.duration, unit=unit)
        return tuple(
            ClockStep(warn.share, calendar.share_at(begins_at, due_at, share=warn.share, unit=unit), warn.tell)
            for warn in self.warn_at
        )

    def _counted(self, calendar: WorkingCalendar, start: datetime) -> tuple[datetime, Unit]:
        if self.unit is Unit.WORKING_HOURS and self.runs_out_of_hours:
            return calendar.next_open(start), Unit.ELAPSED_HOURS
        return start, self.unit

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.unit is Unit.WORKING_DAYS and self.duration != int(self.duration):
            raise ValueError("duration must be a whole number of working days")
        if self.unit is Unit.ELAPSED_HOURS and not self.runs_out_of_hours:
            raise ValueError("elapsed_hours run out of hours: say so, or use working_hours")
        if self.unit is Unit.WORKING_DAYS and self.runs_out_of_hours:
            raise ValueError("working_days cannot run out of hours")
        shares = [warn.share for warn in self.warn_at]
        if shares != sorted(set(shares)) or 1 not in shares:
            raise ValueError("warn_at needs rising shares, one of them 1 (due)")
        return self

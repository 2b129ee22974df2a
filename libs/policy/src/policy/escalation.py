"""How a notice that nobody opened reaches somebody who does: the time each stage has, and the channels of roles."""

from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from contracts.codes import Rating
from policy.rules import Endpoint, Part, Rule, Slug
from policy.working_time import Unit, WorkingCalendar


class Span(Part):
    """An allowed time, such as two working hours."""

    duration: float = Field(gt=0, le=10_000)
    unit: Unit

    def due_at(self, calendar: WorkingCalendar, start: datetime) -> datetime:
        """When the time is used up (UTC)."""
        return calendar.add(start, self.duration, unit=self.unit)

    @model_validator(mode="after")
    def _whole_days(self) -> Self:
        if self.unit is Unit.WORKING_DAYS and self.duration != int(self.duration):
            raise ValueError("must be a whole number of working days")
        return self


class EscalationPace(Rule):
    """How fast a notice climbs the ladder; without a ``rating`` of the case it holds for any.

    A stage has ``open_within`` to open and acknowledge what it was notified of, then the next is notified. The last one
    is notified again after each ``repeat_after``.
    """

    IDENTITY = ("rating",)

    rating: Rating | None = None
    open_within: Span
    repeat_after: Span


class RoleChannels(Rule):
    """Channels of a role's own; a role without any is reached by those of its agency, and always by the inbox."""

    IDENTITY = ("role",)

    role: Slug
    channels: tuple[Endpoint, ...]

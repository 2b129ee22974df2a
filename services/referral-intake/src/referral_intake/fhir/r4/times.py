"""R4's dates and times: plain dates stay as they are, instants become days and hours in London."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from policy.working_time import LONDON

_DAY: Final = len("2026-11-23")
_SECOND: Final = timedelta(seconds=1)
_LEAP_SECOND: Final = re.compile(r"(.+T[0-9]{2}:[0-9]{2}):60(?:[.][0-9]+)?(Z|[+-].+)")
_NOT_A_TIME: Final = "string_pattern_mismatch"  # worded like a text that is no time at all


def _exists(written: str) -> str:
    """Raises for a day or an hour that no calendar has."""
    try:
        _judge(written)
    except ValueError as error:
        raise PydanticCustomError(_NOT_A_TIME, "Write a day and an hour that exist") from error
    return written


def _judge(written: str) -> None:
    if len(written) > _DAY:
        london(written)
    elif len(written) == _DAY:
        date.fromisoformat(written)


_PATTERN: Final = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T[0-9:.]+(Z|[+-][0-9:]+))?)?)?$"

DateTime = Annotated[str, Field(strict=True, pattern=_PATTERN), AfterValidator(_exists)]


def london(instant: str) -> datetime:
    """An instant as the clocks in London show it; R4 allows a leap second, which clocks show as the next second.

    Raises ``ValueError`` for an instant that does not exist.
    """
    leap = _LEAP_SECOND.fullmatch(instant)
    try:
        if leap:
            return (datetime.fromisoformat(f"{leap[1]}:59{leap[2]}") + _SECOND).astimezone(LONDON)
        return datetime.fromisoformat(instant).astimezone(LONDON)
    except OverflowError as error:  # the first and the last day of the calendar have no day before or after them
        raise ValueError("not a time that clocks can show") from error


def day_in_london(written: str) -> str | None:
    """The day of a date or an instant; None of a month or a year alone."""
    if len(written) > _DAY:
        return london(written).date().isoformat()
    return written if len(written) == _DAY else None


def spoken(written: str) -> str:
    """A date as it was written; an instant as day and hour in London."""
    if len(written) <= _DAY:
        return written
    local = london(written)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def is_earlier(one: str, other: str) -> bool:
    """Whether one date, month, year or day of an instant is before another, as far as both are known."""
    first, second = day_in_london(one) or one, day_in_london(other) or other
    length = min(len(first), len(second))
    return first[:length] < second[:length]


def is_before(written: str, day: date) -> bool:
    """Whether a date, a month, a year or the day of an instant is over on a day."""
    whole = day_in_london(written) or written
    return whole < day.isoformat()[: len(whole)]


def is_after(written: str, day: date) -> bool:
    """Whether it is still to come on a day."""
    whole = day_in_london(written) or written
    return whole > day.isoformat()[: len(whole)]

"""Instants as people in England read them, in local time.

Source of the form: GOV.UK style guide, "dates" and "times" (12-hour clock, ``midday`` and ``midnight``).
"""

from datetime import datetime
from functools import lru_cache

from policy.working_time import LONDON


@lru_cache(maxsize=1_000)  # most referrals of a day are promised the same moment
def moment(at: datetime) -> str:
    """``Tuesday 1 December 2026 at 3:05pm``."""
    return f"{at.astimezone(LONDON):%A} {day(at)} at {clock_time(at)}"


def day(at: datetime) -> str:
    """``1 December 2026``."""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def clock_time(at: datetime) -> str:
    """``3:05pm``, ``3pm``, ``midday`` or ``midnight``."""
    local = at.astimezone(LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"

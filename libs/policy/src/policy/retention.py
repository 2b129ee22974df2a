"""How long a record is kept: whole days in local time, and never a day less than the rule says."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from policy.rules import RetentionRule, RetentionTrigger
from policy.working_time import LONDON

ADULT_AT: Final = 18
"""Years (Children Act 1989, s105: a child is a person under eighteen)."""


def trigger_day(rule: RetentionRule, last_activity: datetime, births: Sequence[date | None]) -> date | None:
    """The local day a period is counted from; None when it hangs on a birthday and one is not known.

    ``births`` are the children's dates of birth, or expected dates: the youngest child's is what counts. A birthday
    that is past counts from the last activity, because the period is one without activity.
    """
    active = last_activity.astimezone(LONDON).date()
    match rule.trigger:
        case RetentionTrigger.YEAR_OF_LAST_CHANGE:
            return date(active.year, 12, 31)
        case RetentionTrigger.LAST_CONTACT:
            return active
        case RetentionTrigger.EIGHTEENTH_BIRTHDAY:
            known = [born for born in births if born is not None]
            if not known or len(known) < len(births):
                return None
            return max(active, anniversary(max(known), ADULT_AT))


def last_day(rule: RetentionRule, counted_from: date) -> date:
    """The last local day on which a record must be kept."""
    return anniversary(counted_from, rule.years)


def due_at(kept_through: date) -> datetime:
    """The first instant at which a record that is kept through a local day may go, in UTC."""
    next_day = kept_through + timedelta(days=1)
    return datetime.combine(next_day, time(), tzinfo=LONDON).astimezone(UTC)


def anniversary(day: date, years: int) -> date:
    """The same day some years later; of 29 February, in a year without one, 1 March: a day later, never earlier."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)

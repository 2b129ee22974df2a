"""Times as people in England read them."""

from datetime import date, datetime
from functools import lru_cache

from policy.working_time import LONDON


def local_date(at: datetime) -> date:
    """The local date of an instant."""
    return at.astimezone(LONDON).date()


@lru_cache(maxsize=1_000)  # most referrals of a day are promised the same moment
def spoken(at: datetime) -> str:
    """An instant as one says it, such as ``17:00 on Tuesday 24 November 2026``."""
    local = at.astimezone(LONDON)
    return f"{local:%H:%M} on {local:%A} {spoken_day(at)}"


def spoken_day(at: datetime) -> str:
    """The local day of an instant, such as ``24 November 2026``."""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"

"""Days in fields that take words as well: only a whole date, or a date and a time, says which day it is."""

import re
from datetime import date, datetime
from typing import Final

from policy.working_time import LONDON

_ISO: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")
_ENGLISH: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: [0-9:.]+)?")


def written_day(text: str | None) -> date | None:
    """The day, in London where the time says which zone it is of; None of words, and of a day that no calendar has.

    The day comes before the month, as people in England write it.
    """
    written = (text or "").strip()
    if not written[:1].isdigit():
        return None
    try:
        if found := _ISO.fullmatch(written):
            return _day_of(written, found[1])
        found = _ENGLISH.fullmatch(written)
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except (ValueError, OverflowError):
        return None


def _day_of(written: str, day: str) -> date:
    if len(written) == len(day):
        return date.fromisoformat(day)
    at = datetime.fromisoformat(written)
    return at.astimezone(LONDON).date() if at.tzinfo else at.date()

"""Days in fields that take words as well: only a whole date, with or without a time, says which day it is."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from policy.working_time import LONDON
from referral_intake.identifiers.letters import shown

_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug"),
            *("september sept sep", "october oct", "november nov", "december dec"),
        ),
        1,
    )
    for name in names.split()
}
_TIME: Final = r"(?:[ ,T]+(?:at )?[0-9]{1,2}(?:[:.][0-9]{2})*(?:\.[0-9]+)? ?(?:[ap]\.?m\.?|hrs|h)?)?"
_WEEKDAY: Final = r"(?:(?:on )?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
_ISO: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]+ ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?", re.IGNORECASE)
_YEAR_FIRST: Final = re.compile(rf"([0-9]{{4}})[/.]([0-9]{{1,2}})[/.]([0-9]{{1,2}}){_TIME}", re.IGNORECASE)
_ENGLISH: Final = re.compile(
    rf"{_WEEKDAY}([0-9]{{1,2}})[ ]?[/.-][ ]?([0-9]{{1,2}})[ ]?[/.-][ ]?([0-9]{{4}}|[0-9]{{2}}){_TIME}", re.IGNORECASE
)
_MONTH: Final = "|".join(_MONTHS)
_IN_WORDS: Final = re.compile(
    rf"{_WEEKDAY}(?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?[ -]?(?:of )?({_MONTH})\.?,?[ -]?([0-9]{{4}}){_TIME}",
    re.IGNORECASE,
)
_MONTH_FIRST: Final = re.compile(
    rf"{_WEEKDAY}({_MONTH})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}}){_TIME}", re.IGNORECASE
)
_LONGEST: Final = 60
_LAST_OF_THIS_CENTURY: Final = 50


class NoSuchDay(ValueError):
    """The date is whole, and no calendar has it."""


def written_day(text: str | None) -> date | None:
    """The day, in London where the time says which zone it is of; None of words. Raises ``NoSuchDay``.

    The day comes before the month, as people in England write it, and two digits are a year of this century up to 50.
    """
    if not text or len(text) > _LONGEST or not any(map(str.isdecimal, text)):
        return None
    written = " ".join(shown(text).split())
    try:
        if found := _ISO.fullmatch(written):
            return _day_of(written, found[1])
        numbers = _numbers(written)
        return date(*numbers) if numbers is not None else None
    except OverflowError:
        return None
    except ValueError:
        raise NoSuchDay from None


def _numbers(written: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date that is written the other ways."""
    if found := _YEAR_FIRST.fullmatch(written):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _ENGLISH.fullmatch(written):
        year = int(found[3])
        return year if year > 99 else _century_of(year) + year, int(found[2]), int(found[1])
    if found := _IN_WORDS.fullmatch(written):
        return int(found[3]), _MONTHS[found[2].lower()], int(found[1])
    if found := _MONTH_FIRST.fullmatch(written):
        return int(found[3]), _MONTHS[found[1].lower()], int(found[2])
    return None


def _century_of(year: int) -> int:
    return 2000 if year <= _LAST_OF_THIS_CENTURY else 1900


def _day_of(written: str, day: str) -> date:
    """Of a time that no clock has, its day all the same."""
    plain = date.fromisoformat(day)
    try:
        at = datetime.fromisoformat(written.replace(" Z", "Z"))
    except ValueError:
        return plain
    return at.astimezone(LONDON).date() if at.tzinfo else plain

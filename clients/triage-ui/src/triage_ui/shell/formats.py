"""How times, counts and codes are said to people: plain English, local time, never by colour alone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from contracts.codes import CODE_LISTS
from policy import local_time
from policy.working_time import LONDON

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
REQUEST_STATES: Final[Mapping[str, str]] = {
    "asked": "Asked, not delivered yet",
    "delivered": "Delivered, not opened yet",
    "opened": "Opened, not answered yet",
    "answered": "Answered",
    "withdrawn": "Answer withdrawn",
}
HANDOVER_STATES: Final[Mapping[str, str]] = {
    "offered": "Offered, not accepted yet",
    "accepted": "Accepted",
    "returned": "Returned to the front door team",
    "withdrawn": "Offer withdrawn",
}
CLOCKS: Final[Mapping[str, str]] = {
    "rating": "Rating",
    "information-request": "Answer from an agency",
    "question": "Answer from the sender",
    "handover-offer": "Offer of the handover",
    "handover-child-protection": "Acceptance by the child protection team",
    "handover-early-help": "Acceptance by early help",
    "notice-open": "Opening of the notice",
}


def moment(at: datetime | None) -> str:
    """``Tuesday 1 December 2026 at 3:05pm``, in London."""
    return local_time.moment(at) if at else ""


def short_moment(at: datetime | None) -> str:
    """``Tue 1 Dec 2026 at 3:05pm``, in London: for tables."""
    return f"{at.astimezone(LONDON):%a %-d %b %Y} at {local_time.clock_time(at)}" if at else ""


def day(written: str | date | None) -> str:
    """``1 December 2026`` for a full date; anything less exact as it was written."""
    if written is None:
        return ""
    try:
        found = written if isinstance(written, date) else date.fromisoformat(written)
    except ValueError:
        return str(written)
    return f"{found.day} {found:%B %Y}"


def time_left(seconds: int | None) -> str:
    """``2 hours 5 minutes left`` or ``3 days 1 hour late``; as the service counted it."""
    if seconds is None:
        return "No time limit now"
    return f"{span(-seconds)} late" if seconds < 0 else f"{span(seconds)} left"


def span(seconds: int) -> str:
    """The two largest units of a length of time."""
    if seconds < _MINUTE:
        return "less than a minute"
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    said = [count(days, "day"), count(hours, "hour"), count(rest // _MINUTE, "minute")]
    return " ".join([one for one in said if not one.startswith("0 ")][:2])


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 child``, ``2 children``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def label(code: str | None, code_list: str) -> str:
    """What a person reads for a code of a published list; the code itself when the list does not know it yet."""
    if not code:
        return ""
    try:
        return str(CODE_LISTS[code_list].codes(code).label)
    except ValueError:
        return code


def said(code: str, words: Mapping[str, str]) -> str:
    """A state or a clock in words; one that is new to the client is shown as it came."""
    return words.get(code, code.replace("-", " ").capitalize())


def mid_sentence(label: str) -> str:
    """A label as it stands within a sentence: ``social worker``, but ``MASH manager``."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def age(born: str | None, *, today: date) -> str:
    """``7 years``, ``5 months``; empty when it is not known exactly."""
    try:
        birth = date.fromisoformat(born or "")
    except ValueError:
        return ""
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    if months < 0:
        return ""
    return count(months // 12, "year") if months >= 24 else count(months, "month")

"""Bounds: what everything behind an event can hold, so that whatever passes the door fits every column there is.

PostgreSQL keeps no NUL in text, 32 or 64 bits in a whole number, and at most 2,704 bytes in an index. RFC 3339 knows
four digits of a year, and a time near either end of them has no form in another zone. The log has 65,535 bytes for
an entry. What the bounds leave out, nothing of this system has ever written.
"""

import re
from datetime import UTC, datetime
from typing import Final

INTEGER: Final = 2**31 - 1
BIGINT: Final = 2**63 - 1
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""The first instant that is too late. Deadlines and retention are worked out from times, so there is room after it."""

MOST_DATA_BYTES: Final = 60_000
"""Of an event's value; the rest of a log entry is for its envelope."""

MOST_TEXT_BYTES: Final = 1_000
"""Of one text in UTF-8, so that it may stand in an index beside others."""

MOST_ITEMS: Final = 1_000
"""Of one list."""

_UNSTORABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def holds_text(text: str) -> bool:
    """Whether a text is short enough and has no control character and no half of a surrogate pair."""
    if text.isascii() and text.isprintable():  # nearly all of them, and much quicker
        return len(text) <= MOST_TEXT_BYTES
    return _UNSTORABLE.search(text) is None and len(text.encode()) <= MOST_TEXT_BYTES


def holds_time(at: datetime) -> bool:
    """Whether an instant, which has a zone, is one that this system can have met or promised."""
    return EARLIEST <= at < LATEST


def holds_integer(number: int) -> bool:
    """Whether a whole number fits a column of 32 bits."""
    return -INTEGER - 1 <= number <= INTEGER


def holds_bigint(number: int) -> bool:
    """Whether a whole number fits a column of 64 bits."""
    return -BIGINT - 1 <= number <= BIGINT

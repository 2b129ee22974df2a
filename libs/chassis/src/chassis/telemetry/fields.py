"""What may be said: the field names on the list, with values that cannot be anybody's words."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from prometheus_client import Counter

ALLOWED_FIELDS: Final = frozenset(
    {
        "agency", "aggregate", "aggregates", "attempt", "attempts", "batch", "bytes", "channel", "check", "client_id",
        "clock", "count", "error", "error_at", "event_id", "event_type", "http_method", "http_route", "http_status",
        "logger_name", "milliseconds", "notice_id", "offset", "parked_id", "partition", "partnership", "port",
        "problem", "reason", "referral_id", "request_id", "role", "seconds", "service", "size", "source", "state",
        "task", "topic", "version", "witness",
    }
)  # fmt: skip
"""What a log line or a span may carry: ids that mean nothing outside, codes, counts and times."""

ALLOWED_LABELS: Final = frozenset(
    {
        "agency", "answer", "channel", "check", "client", "clock", "event_type", "method", "of", "outcome",
        "partnership", "reason", "role", "route", "scope", "status", "topic", "waits_for", "witness",
    }
)  # fmt: skip
"""What a metric may be split by: codes of which there are few. An id would say whom it is about, and be a new series
for each."""

WITHHELD: Final = "withheld"

withheld_total = Counter("frontdoor_telemetry_withheld", "Fields kept out of logs and traces", ["of"])

_CODE: Final = re.compile(r"[A-Za-z0-9_.:/{}$+-]{1,200}")
_DIGITS: Final = re.compile(r"\d{7,}")

Plain = str | int | float | bool


def plain(value: object, *, of: str) -> Plain | None:
    """The value as it may be said. Text that is not a code (words, e-mail addresses, long numbers) is withheld.

    The second net: even a field on the list cannot carry what somebody wrote. ``of`` says where, for the count.
    """
    if type(value) is str:  # most are, and every request writes several
        text = value
    elif value is None or isinstance(value, bool | int | float):
        return value
    elif isinstance(value, UUID | datetime):
        return value.isoformat() if isinstance(value, datetime) else str(value)
    else:
        text = str(value)
    if _CODE.fullmatch(text) and not _DIGITS.fullmatch(text):
        return text
    withheld_total.labels(of).inc()
    return WITHHELD

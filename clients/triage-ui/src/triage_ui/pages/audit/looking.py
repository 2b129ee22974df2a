"""What the audit pages say of entries: who looked, exported or was refused, and what was shared; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from policy.working_time import local_date
from triage_ui.services.audit import LogEntry
from triage_ui.shell.formats import count, day, label, said
from triage_ui.shell.words import Words

REFUSED: Final = "Refused"
_LOOKS: Final[Mapping[str, str]] = {
    "record.accessed.v1": "Looked",
    "record.exported.v1": "Exported",
    "access.denied.v1": REFUSED,
}
_COUNTED: Final[Mapping[str, str]] = {"Looked": "look", "Exported": "export", REFUSED: "refusal"}
_SHARED: Final[Mapping[str, str]] = {
    "information.requested.v1": "Asked for information",
    "information.answered.v1": "Answered",
    "information.corrected.v1": "Corrected its answer",
    "information.withdrawn.v1": "Withdrew its answer",
    "question.asked.v1": "Asked a question about its referral",
    "notice.queued.v1": "Notice made",
    "notice.withheld.v1": "Notice withheld",
    "notice.delivered.v1": "Notice delivered",
    "notice.opened.v1": "Notice opened",
    "notice.acknowledged.v1": "Notice dealt with",
    "notice.failed.v1": "Notice not delivered",
    "handover.offered.v1": "Children offered",
    "handover.accepted.v1": "Children accepted",
    "handover.returned.v1": "Handover returned",
    "handover.withdrawn.v1": "Offer withdrawn",
}
_SHORT: Final = 8


@dataclass(frozen=True)
class Look:
    """One look, export or refusal. ``reader`` is the number the issuer gave; ``who`` their name where it is known."""

    at: datetime
    what: str
    record: str
    reader: str
    who: str
    roles: str
    agency: str
    purpose: str
    why_refused: str
    leaf_index: int

    @property
    def is_refused(self) -> bool:
        """Whether nothing was shown."""
        return self.what == REFUSED


@dataclass(frozen=True)
class Day:
    """The looks of one day, in London. ``is_whole``: all of them are here, as far as the log goes."""

    on: date
    looks: Sequence[Look]
    is_whole: bool

    @property
    def title(self) -> str:
        """``Monday 30 November 2026: 12 looks, 1 refusal``."""
        found = Counter(look.what for look in self.looks)
        counted = ", ".join(count(found[what], noun) for what, noun in _COUNTED.items() if found[what])
        return f"{self.on:%A} {day(self.on)}: {counted}{'' if self.is_whole else ' on this page'}"


@dataclass(frozen=True)
class Sharing:
    """One thing that an agency or a team was notified of, asked, offered, or not notified of."""

    at: datetime
    agency: str
    what: str
    detail: str
    leaf_index: int


def looks_in(entries: Sequence[LogEntry], words: Words, names: Mapping[str, str]) -> list[Look]:
    """The newest first."""
    found = [_look(entry, words, names) for entry in entries if entry.event.get("type") in _LOOKS]
    return sorted(found, key=lambda look: (look.at, look.leaf_index), reverse=True)


def by_day(looks: Sequence[Look], *, has_newer: bool, has_older: bool) -> list[Day]:
    """Looks that are sorted already; there may be newer and older ones of the first and the last day elsewhere."""
    days = [(at, list(found)) for at, found in groupby(looks, key=lambda look: local_date(look.at))]
    first, last = 0 if has_newer else None, len(days) - 1 if has_older else None
    return [Day(at, found, is_whole=number not in (first, last)) for number, (at, found) in enumerate(days)]


def sharing_in(entries: Sequence[LogEntry], words: Words) -> list[Sharing]:
    """The newest first."""
    found = [_sharing(entry, words) for entry in entries if entry.event.get("type") in _SHARED]
    return sorted(found, key=lambda one: (one.at, one.leaf_index), reverse=True)


def _look(entry: LogEntry, words: Words, names: Mapping[str, str]) -> Look:
    event, data = entry.event, _data(entry)
    reader = str(data.get("actor") or "")
    return Look(
        at=_at(event),
        what=said(str(event["type"]), _LOOKS),
        record=_record(data),
        reader=reader,
        who=names.get(reader) or f"Reader {reader[:_SHORT]}",
        roles=", ".join(words.role(str(role)) for role in data.get("roles") or ()),
        agency=words.agency(str(data.get("agency") or "")),
        purpose=label(str(data.get("purpose") or ""), "purpose"),
        why_refused=label(str(data.get("reason") or ""), "denial-reason"),
        leaf_index=entry.leaf_index,
    )


def _record(data: Mapping[str, Any]) -> str:
    if "first_index" in data:
        return f"Entries {data['first_index']} to {data['end_index']} of the log"
    return label(str(data.get("record") or ""), "record-kind")


def _sharing(entry: LogEntry, words: Words) -> Sharing:
    event, data = entry.event, _data(entry)
    kind, reason = str(data.get("kind") or ""), str(data.get("reason") or data.get("refusal_ground") or "")
    details = [one.replace("-", " ").capitalize() for one in (kind, str(data.get("answer") or ""), reason) if one]
    return Sharing(
        at=_at(event),
        agency=words.agency(str(data.get("agency") or data.get("team") or "")),
        what=said(str(event["type"]), _SHARED),
        detail="; ".join(details),
        leaf_index=entry.leaf_index,
    )


def _data(entry: LogEntry) -> Mapping[str, Any]:
    data = entry.event.get("data")
    return data if isinstance(data, dict) else {}


def _at(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(event["time"]))

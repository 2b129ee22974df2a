"""One referral's whole path through every service, as the audit log holds it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

from rich.console import RenderableType

from chassis.ids import find_reference
from contracts.events import Event, ReferralReceived
from frontdoor.answer import Answer, table
from frontdoor.client import Caller
from frontdoor.errors import CalledWrongly, Refused, Wrong
from frontdoor.notices import Notice, Said, notices_of

# What is shown of an event beside its type: codes and agencies, in this order; never an id.
_DETAILS: Final = (
    "kind", "news", "record", "rating", "outcome", "answer", "refusal_ground", "agency", "team", "roles", "channel",
    "clock", "escalated_to", "reason", "purpose",
)  # fmt: skip
_FOR_AUDITORS: Final = "To whom notices went and who opened them is for auditors; the steps say when."


@dataclass(frozen=True)
class Step:
    """One event of the path. ``since_receipt`` counts from the receipt of the referral.

    ``facts`` are its data: auditors see them, operators do not.
    """

    at: datetime
    since_receipt: timedelta
    service: str
    type: str
    facts: Mapping[str, Any]
    subject: str
    version: int
    trace_id: str | None
    leaf_index: int

    @classmethod
    def of(cls, entry: Mapping[str, Any], received_at: datetime) -> Self:
        """The step that a log entry is of."""
        event = entry["event"]
        at = datetime.fromisoformat(event["time"])
        return cls(
            at=at,
            since_receipt=at - received_at,
            service=event["source"],
            type=event["type"],
            facts=event.get("data", {}),
            subject=event["subject"],
            version=event["sequence"],
            trace_id=trace_id_of(event.get("traceparent")),
            leaf_index=entry["leaf_index"],
        )

    @property
    def details(self) -> tuple[str, ...]:
        """What is shown of it in a line."""
        shown = (self.facts[name] for name in _DETAILS if self.facts.get(name))
        return tuple(", ".join(each) if isinstance(each, list | tuple) else str(each) for each in shown)

    def data(self) -> dict[str, object]:
        """The step for machines."""
        return {
            "at": self.at.isoformat(),
            "seconds_since_receipt": self.since_receipt.total_seconds(),
            "service": self.service,
            "type": self.type,
            "details": list(self.details),
            "subject": self.subject,
            "version": self.version,
            "trace_id": self.trace_id,
            "leaf_index": self.leaf_index,
        }


@dataclass(frozen=True)
class Journey:
    """The steps of one referral, in the order of time."""

    referral_id: UUID
    reference: str
    steps: Sequence[Step]

    def of(self, event: type[Event]) -> Sequence[Step]:
        """Its steps of one type."""
        return [step for step in self.steps if step.type == event.TYPE]

    def answer(self) -> Answer:
        """The journey as two tables: every step, and what became of each notice, where the reader may know."""
        rows = [
            (elapsed(step.since_receipt), step.service, words(step.type), ", ".join(step.details), step.trace_id or "")
            for step in self.steps
        ]
        found = notices_of(self.steps)
        title = f"{self.reference}  ({self.referral_id})"
        shown = table(title, ("since receipt", "service", "step", "what", "trace"), rows)
        data = {
            "referral_id": str(self.referral_id),
            "reference": self.reference,
            "steps": [step.data() for step in self.steps],
            "notices": None if found is None else [notice.data() for notice in found],
        }
        return Answer(data, (shown, *(_shown(found) if found is not None else [_FOR_AUDITORS])))


def _shown(found: Sequence[Notice]) -> Iterable[RenderableType]:
    """Who got which notice, who opened it, and who was notified when nobody did; escalation notices below their own."""
    columns = ("notice", "to", "by", "opened", "acknowledged", "escalated to")
    rows = [
        (
            f"{'  ' if notice.escalates else ''}{notice.kind}",
            f"{notice.agency}{': ' if notice.roles else ''}{', '.join(notice.roles)}",
            f"withheld, {notice.withheld}" if notice.withheld else ", ".join(notice.delivered) or "inbox only",
            _said(notice, notice.opened),
            _said(notice, notice.acknowledged),
            "\n".join(f"{role} {elapsed(at)}" for at, role in notice.climbed),
        )
        for notice in _with_their_own(found)
    ]
    if rows:
        yield table("Notices", columns, rows)


def _with_their_own(found: Sequence[Notice]) -> Iterable[Notice]:
    known = {notice.notice_id for notice in found}
    for notice in found:
        if notice.escalates not in known:
            yield notice
            yield from (each for each in found if each.escalates == notice.notice_id)


def _said(notice: Notice, said: Said | None) -> str:
    """When, and by which roles; a system of the agency has none."""
    return f"{elapsed(said.at)} {', '.join(said.roles) or notice.agency}" if said is not None else "no"


async def read(caller: Caller, name: str) -> Journey:
    """The journey of a referral, named by reference or id. Raises ``Wrong`` when the log does not hold it."""
    referral_id = await _referral_id(caller, name)
    found = await caller.get("audit", f"/v1/journeys/{referral_id}")
    entries = found["entries"]
    received = next((entry["event"] for entry in entries if entry["event"]["type"] == ReferralReceived.TYPE), None)
    if received is None:
        raise Wrong(f"The log does not hold the receipt of {name} yet; ask again in a moment")
    received_at = datetime.fromisoformat(received["time"])
    steps = sorted((Step.of(entry, received_at) for entry in entries), key=lambda step: (step.at, step.leaf_index))
    return Journey(referral_id, received.get("data", {}).get("reference", name), steps)


async def _referral_id(caller: Caller, name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        reference = find_reference(name)
    if reference is None:
        raise CalledWrongly(f"{name} is neither a referral's id nor a reference; look for a letter that was misread")
    try:
        found = await caller.get("referral-intake", f"/operator/references/{reference}")
    except Refused as refused:
        if refused.status == 404:
            raise Wrong(f"There is no referral with the reference {reference}") from refused
        raise
    return UUID(found["referral_id"])


def trace_id_of(traceparent: str | None) -> str | None:
    """The trace id of a W3C traceparent."""
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == 4 else None


def words(event_type: str) -> str:
    """``case.decided.v1`` as people read it."""
    subject, _, happened = event_type.removesuffix(".v1").partition(".")
    return f"{subject} {happened}"


def elapsed(time: timedelta) -> str:
    """``+0.412 s``, ``+3 min 07 s``, ``+2 h 05 min`` or ``+3 d 04 h``."""
    if time < timedelta(minutes=1):
        return f"+{time.total_seconds():.3f} s"
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"+{days} d {hours:02} h"
    return f"+{hours} h {minutes:02} min" if hours else f"+{minutes} min {seconds:02} s"

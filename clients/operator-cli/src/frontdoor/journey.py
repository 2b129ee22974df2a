"""One referral's whole path through every service, as the audit log holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

from chassis.ids import find_reference
from contracts.events import ReferralReceived
from frontdoor.answer import Answer, table
from frontdoor.client import Caller
from frontdoor.errors import CalledWrongly, Refused, Wrong

# What is shown of an event beside its type: codes and agencies, in this order; never an id.
_DETAILS: Final = (
    "kind", "news", "record", "rating", "outcome", "answer", "refusal_ground", "agency", "team", "channel", "clock",
    "reason", "purpose",
)  # fmt: skip


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
        return tuple(str(self.facts[name]) for name in _DETAILS if self.facts.get(name))

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

    def answer(self) -> Answer:
        """The journey as a table."""
        rows = [
            (elapsed(step.since_receipt), step.service, words(step.type), ", ".join(step.details), step.trace_id or "")
            for step in self.steps
        ]
        title = f"{self.reference}  ({self.referral_id})"
        shown = table(title, ("since receipt", "service", "step", "what", "trace"), rows)
        data = {
            "referral_id": str(self.referral_id),
            "reference": self.reference,
            "steps": [step.data() for step in self.steps],
        }
        return Answer(data, (shown,))


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

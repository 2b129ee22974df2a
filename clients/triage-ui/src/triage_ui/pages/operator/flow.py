"""What the operator's pages say: how each service stands, and a referral's journey as a timeline; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contracts.topics import READS, TOPICS
from triage_ui.pages.operator.wording import STAGES
from triage_ui.services.audit import LogEntry
from triage_ui.services.operator import (
    SERVICES,
    ConsumerState,
    Delivery,
    Flow,
    ParkedMessage,
    Stage,
    Totals,
)
from triage_ui.shell.formats import count, span

_MINUTE: Final = 60
RECEIVED: Final = "referral.received.v1"
STATES: Final[Mapping[str, str]] = {
    "failing": "Failing: our code fails on it, and it is tried again",
    "parked": "Parked: a rule or its form is wrong",
    "behind": "Behind: something of the same key waits before it",
    "gap": "Gap: a version before it is missing",
}


@dataclass(frozen=True)
class Standing:
    """One service: what waits in it, whether it reads on, and its oldest parked messages."""

    service: str
    delivery: Delivery
    consumer: ConsumerState
    parked: Sequence[ParkedMessage]

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to look."""
        return bool(self.delivery.parked or self.delivery.halted)

    def to_send(self, now: datetime) -> str:
        """What waits to be sent, and for how long."""
        if not self.delivery.unpublished or self.delivery.unpublished_since is None:
            return "Nothing waits"
        waited = span(int((now - self.delivery.unpublished_since).total_seconds()))
        return f"{count(self.delivery.unpublished, 'event')}, for {waited}"

    @property
    def why_halted(self) -> str:
        """How many messages in a row were wrong, and why."""
        return halted_because(self.consumer)


def halted_because(consumer: ConsumerState) -> str:
    """How many messages in a row were wrong, and why."""
    reasons = ", ".join(f"{name} ({number})" for name, number in sorted(consumer.reasons.items()))
    return f"{count(consumer.wrong, 'message')} in a row: {reasons}"


@dataclass(frozen=True)
class StageLine:
    """One stage that referrals pass: how many are in it, since when the oldest, and how many passed within a day."""

    name: str
    waiting: str
    oldest: str
    passed: str


def stage_lines(flows: Sequence[Flow], now: datetime) -> list[StageLine]:
    """Every stage, in the order in which referrals pass them."""
    return [_stage_line(stage, now) for flow in flows for stage in flow.stages]


def _stage_line(stage: Stage, now: datetime) -> StageLine:
    name, waits, passes = STAGES.get(stage.name, (stage.name.replace("-", " ").capitalize(), "waiting", "passed"))
    waited = span(int((now - stage.since).total_seconds())) if stage.since else ""
    return StageLine(
        name=name,
        waiting=f"{stage.waiting:,} {waits}",
        oldest=f"The oldest for {waited}" if waited else "",
        passed=f"{stage.passed:,} {passes} in 24 hours",
    )


@dataclass(frozen=True)
class Lag:
    """How far one service is behind, in events."""

    service: str
    to_send: int
    to_read: int


def lags(deliveries: Mapping[str, Delivery], totals: Mapping[str, Totals]) -> list[Lag]:
    """A service is behind by what the owners of the topics that it reads recorded, less what it applied."""
    recorded = {topic: sum(one.recorded.get(topic.name, 0) for one in totals.values()) for topic in TOPICS}
    return [
        Lag(
            service=service,
            to_send=deliveries[service].unpublished,
            to_read=sum(
                max(0, recorded[topic] - totals[service].applied.get(topic.name, 0)) for topic in READS[service]
            ),
        )
        for service in SERVICES
    ]


@dataclass(frozen=True)
class Step:
    """One event of a journey: which step, where and when, and how long after the receipt. Nothing of what it says.

    ``seconds`` counts from the receipt: None before it is in the log.
    """

    at: datetime
    seconds: float | None
    after: str
    service: str
    what: str
    subject: str
    version: int
    trace: str
    leaf_index: int


def steps_in(entries: Sequence[LogEntry]) -> list[Step]:
    """In the order of time."""
    placed = sorted(entries, key=lambda entry: (_at(entry.event), entry.leaf_index))
    received = next((_at(one.event) for one in placed if one.event["type"] == RECEIVED), None)
    return [_step(entry, received) for entry in placed]


def _step(entry: LogEntry, received: datetime | None) -> Step:
    event = entry.event
    at = _at(event)
    return Step(
        at=at,
        seconds=None if received is None else (at - received).total_seconds(),
        after="" if received is None or at < received else _elapsed((at - received).total_seconds()),
        service=str(event["source"]),
        what=words_of(str(event["type"])),
        subject=str(event["subject"]).partition("/")[0],
        version=int(event["sequence"]),
        trace=_trace(str(event.get("traceparent") or "")),
        leaf_index=entry.leaf_index,
    )


def _elapsed(seconds: float) -> str:
    """Tenths of a second count in a journey while it is less than a minute old."""
    return f"{seconds:.1f} seconds" if seconds < _MINUTE else span(int(seconds))


def words_of(event_type: str) -> str:
    """``case.decided.v1`` as people read it: ``Case decided``."""
    subject, _, happened = event_type.rpartition(".v")[0].partition(".")
    return f"{subject} {happened}".replace("-", " ").capitalize()


def _trace(traceparent: str) -> str:
    parts = traceparent.split("-")
    return parts[1] if len(parts) == 4 else ""


def _at(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(event["time"]))

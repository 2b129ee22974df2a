"""The notices of a journey: who got each, who opened it, and how far it climbed when nobody did. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from contracts.events import (
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeEscalated,
    NoticeFailed,
    NoticeOpened,
    NoticeQueued,
    NoticeWithheld,
)


class Happened(Protocol):
    """One event of a journey."""

    @property
    def type(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def since_receipt(self) -> timedelta: ...


@dataclass(frozen=True)
class Said:
    """That somebody opened or acknowledged a notice: when, their roles, and the opaque id that the issuer gave them."""

    at: timedelta
    by: str
    roles: Sequence[str]

    def data(self) -> dict[str, object]:
        """The same for machines."""
        return {"by": self.by, "roles": list(self.roles), "seconds_since_receipt": self.at.total_seconds()}


@dataclass
class Notice:
    """What became of one notice; times count from the receipt of the referral. ``escalates`` is the notice that it
    says did not arrive, ``climbed`` the roles that were notified of this one, with when.
    """

    notice_id: str
    kind: str
    agency: str
    roles: Sequence[str] = ()
    escalates: str | None = None
    delivered: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    withheld: str | None = None
    opened: Said | None = None
    acknowledged: Said | None = None
    climbed: list[tuple[timedelta, str]] = field(default_factory=list)

    def data(self) -> dict[str, object]:
        """The notice for machines."""
        return {
            "notice_id": self.notice_id,
            "kind": self.kind,
            "agency": self.agency,
            "roles": list(self.roles),
            "escalates": self.escalates,
            "delivered": self.delivered,
            "failed": self.failed,
            "withheld": self.withheld,
            "opened": self.opened.data() if self.opened else None,
            "acknowledged": self.acknowledged.data() if self.acknowledged else None,
            "escalated": [{"to": role, "seconds_since_receipt": at.total_seconds()} for at, role in self.climbed],
        }


def notices_of(steps: Iterable[Happened]) -> Sequence[Notice] | None:
    """Every notice of a journey, in the order in which they were first heard of.

    None when the steps of notices come without facts, as operators see them: then nobody can say whose they are.
    """
    found: dict[str, Notice] = {}
    for step in steps:
        if step.type.startswith("notice."):
            facts = step.facts
            if not facts:
                return None
            notice_id = str(facts["notice_id"])
            notice = found.setdefault(notice_id, Notice(notice_id, str(facts["kind"]), str(facts["agency"])))
            _apply(notice, step)
    return list(found.values())


def _apply(notice: Notice, step: Happened) -> None:
    facts, at = step.facts, step.since_receipt
    match step.type:
        case NoticeQueued.TYPE:
            notice.roles, notice.escalates = tuple(facts.get("roles", ())), facts.get("escalates")
        case NoticeDelivered.TYPE:
            notice.delivered.append(str(facts["channel"]))
        case NoticeFailed.TYPE:
            notice.failed.append(str(facts["channel"]))
        case NoticeWithheld.TYPE:
            notice.withheld = str(facts["reason"]) if facts.get("channel") is None else notice.withheld
        case NoticeOpened.TYPE:
            notice.opened = Said(at, str(facts["opened_by"]), tuple(facts.get("roles", ())))
        case NoticeAcknowledged.TYPE:
            notice.acknowledged = Said(at, str(facts["acknowledged_by"]), tuple(facts.get("roles", ())))
        case NoticeEscalated.TYPE:
            notice.climbed.append((at, str(facts["escalated_to"])))

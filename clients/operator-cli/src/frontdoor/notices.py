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
    opened: tuple[timedelta, str] | None = None
    acknowledged: tuple[timedelta, str] | None = None
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
            "opened": _by(self.opened),
            "acknowledged": _by(self.acknowledged),
            "escalated": [{"to": role, "seconds_since_receipt": at.total_seconds()} for at, role in self.climbed],
        }


def notices_of(steps: Iterable[Happened]) -> Sequence[Notice]:
    """Every notice of a journey, in the order in which they were first heard of."""
    found: dict[str, Notice] = {}
    for step in steps:
        if step.type.startswith("notice."):
            facts = step.facts
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
            notice.opened = (at, _who(facts["opened_by"], facts.get("roles", ())))
        case NoticeAcknowledged.TYPE:
            notice.acknowledged = (at, _who(facts["acknowledged_by"], facts.get("roles", ())))
        case NoticeEscalated.TYPE:
            notice.climbed.append((at, str(facts["escalated_to"])))


def _who(subject: str, roles: Sequence[str]) -> str:
    """A reader by role, and by the opaque id under which the issuer knows them."""
    return f"{', '.join(roles)} ({subject})" if roles else subject


def _by(said: tuple[timedelta, str] | None) -> dict[str, object] | None:
    return {"by": said[1], "seconds_since_receipt": said[0].total_seconds()} if said is not None else None

"""Which entries of a referral a party may have proven to it, type by type, and nothing by default. Pure.

An entry is shown whole or not at all: its leaf commits to all of it. So a party gets an entry only when it may see
everything in it, and a type that is not in the table goes to nobody but auditors.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from contracts.codes import AnswerMoment, Purpose

CLOSED: Final = "case.closed.v1"
_STATES: Final = frozenset({"case.opened.v1", "case.reopened.v1", CLOSED})

Data = Mapping[str, Any]


class Party(StrEnum):
    """For whom a disclosure receipt is made."""

    AUDIT = "audit"
    """An auditor or Caldicott guardian of the partnership: everything."""
    AGENCY = "agency"
    """The agency that sent the referral, and any agency or team that an entry concerns: what it knows already."""
    PERSON = "person"
    """Somebody the referral is about: what became of it and who looked, once the case is closed."""
    COURT = "court"
    """A court: every kind of entry that this version knows."""


@dataclass(frozen=True)
class Recipient:
    """The party; for an agency its code, and whether it sent the referral."""

    party: Party
    agency: str = ""
    is_sender: bool = False


Rule = Callable[[Data, Recipient], bool]


def _always(_data: Data, _recipient: Recipient) -> bool:
    return True


def _named(data: Data, recipient: Recipient) -> bool:
    """The agency is the one that the entry names."""
    return bool(recipient.agency) and data.get("agency") == recipient.agency


def _named_in_time(data: Data, recipient: Recipient) -> bool:
    """The same, unless the entry says what the hub had done by then."""
    moment = data.get("when", AnswerMoment.BEFORE_DECISION)
    return _named(data, recipient) and moment == AnswerMoment.BEFORE_DECISION


def _team(data: Data, recipient: Recipient) -> bool:
    return bool(recipient.agency) and data.get("team") == recipient.agency


def _sender(_data: Data, recipient: Recipient) -> bool:
    return recipient.is_sender


def _by_staff(data: Data, _recipient: Recipient) -> bool:
    """Not a look by which a person would learn who referred, or which agency was asked."""
    return data.get("purpose") in _PURPOSES_OF_STAFF


_PURPOSES_OF_STAFF: Final = frozenset(
    {Purpose.TRIAGE, Purpose.CHILD_PROTECTION, Purpose.RECORDS, Purpose.AUDIT, Purpose.DISCLOSURE}
)
_COURT: Final[Mapping[Party, Rule]] = {Party.COURT: _always}
_NOBODY: Final[Mapping[Party, Rule]] = {}

SHOWN_TO: Final[Mapping[str, Mapping[Party, Rule]]] = MappingProxyType(
    {
        "referral.received.v1": {Party.AGENCY: _named, **_COURT},
        "referral.supplemented.v1": {Party.AGENCY: _named, **_COURT},
        "referral.withdrawn.v1": {Party.AGENCY: _named, **_COURT},
        "referral.disposed.v1": {Party.AGENCY: _sender, Party.PERSON: _always, **_COURT},
        # That something is held, or was reviewed, shows that there is an inquiry.
        "referral.held.v1": _COURT,
        "referral.released.v1": _COURT,
        "referral.reviewed.v1": _COURT,
        # These name the sender's agency, and hold ratings and outcomes that it is not shown.
        "case.opened.v1": _COURT,
        "case.rated.v1": _COURT,
        "case.assigned.v1": _COURT,
        "case.informed.v1": _COURT,
        "case.reopened.v1": _COURT,
        "case.recommended.v1": _COURT,
        "case.returned.v1": _COURT,
        "case.decided.v1": _COURT,
        CLOSED: {Party.PERSON: _always, **_COURT},
        "question.asked.v1": {Party.AGENCY: _named, **_COURT},
        "question.answered.v1": {Party.AGENCY: _sender, **_COURT},
        "information.requested.v1": {Party.AGENCY: _named, **_COURT},
        # An answer that came late says that a decision was made, or a case closed; the agency is not shown that.
        "information.answered.v1": {Party.AGENCY: _named_in_time, **_COURT},
        "information.corrected.v1": {Party.AGENCY: _named_in_time, **_COURT},
        "information.withdrawn.v1": {Party.AGENCY: _named_in_time, **_COURT},
        "handover.offered.v1": {Party.AGENCY: _team, **_COURT},
        "handover.accepted.v1": {Party.AGENCY: _team, **_COURT},
        "handover.returned.v1": {Party.AGENCY: _team, **_COURT},
        "handover.withdrawn.v1": {Party.AGENCY: _team, **_COURT},
        "handover.superseded.v1": {Party.AGENCY: _team, **_COURT},
        "clock.warned.v1": _COURT,
        "clock.breached.v1": _COURT,
        "notice.queued.v1": {Party.AGENCY: _named, **_COURT},
        "notice.delivered.v1": {Party.AGENCY: _named, **_COURT},
        "notice.opened.v1": {Party.AGENCY: _named, **_COURT},
        "notice.acknowledged.v1": {Party.AGENCY: _named, **_COURT},
        # That it was decided not to notify an agency is not for that agency.
        "notice.withheld.v1": _COURT,
        "notice.failed.v1": _COURT,
        "notice.escalated.v1": _COURT,
        "record.accessed.v1": {Party.AGENCY: _named, Party.PERSON: _by_staff, **_COURT},
        "record.exported.v1": _NOBODY,
        # The reason says more than the person who was refused may know.
        "access.denied.v1": _COURT,
        "parked.released.v1": _COURT,
        "parked.discarded.v1": _COURT,
        "endpoint.tested.v1": _NOBODY,
        "consumer.resumed.v1": _NOBODY,
        "consumer.backfilled.v1": _NOBODY,
        "partner.registered.v1": _NOBODY,
        "partner.rotated.v1": _NOBODY,
        "partner.suspended.v1": _NOBODY,
        "partner.restored.v1": _NOBODY,
    }
)


def may_see(recipient: Recipient, event_type: str, data: Data) -> bool:
    """Whether the party may have this entry, whole. A type without a rule for the party is not for it."""
    if recipient.party is Party.AUDIT:
        return True
    rule = SHOWN_TO.get(event_type, _NOBODY).get(recipient.party)
    return rule is not None and rule(data, recipient)


def is_closed(event_types: Sequence[str]) -> bool:
    """Whether the case is closed, by the types of its referral's entries in order.

    While it is open nothing goes to a person it is about: that there is a case at all could put a child at risk.
    """
    states = [event_type for event_type in event_types if event_type in _STATES]
    return bool(states) and states[-1] == CLOSED

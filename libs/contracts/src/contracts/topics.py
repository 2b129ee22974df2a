"""Which service owns which topic, and which topic carries which event."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

PARTITIONS: Final = 12
"""The same for every topic, so that one referral has the same partition number in all of them."""


@dataclass(frozen=True)
class Topic:
    """A topic and the services that may write it; everybody else only reads."""

    name: str
    owners: frozenset[str]


REFERRAL_INTAKE = Topic("referral-intake.v1", frozenset({"referral-intake"}))
TRIAGE = Topic("triage.v1", frozenset({"triage"}))
AGENCY_NOTIFY = Topic("agency-notify.v1", frozenset({"agency-notify"}))
ACCESS = Topic("access.v1", frozenset({"referral-intake", "triage", "agency-notify", "audit"}))

TOPICS: tuple[Topic, ...] = (REFERRAL_INTAKE, TRIAGE, AGENCY_NOTIFY, ACCESS)

READS: Final[Mapping[str, frozenset[Topic]]] = MappingProxyType(
    {
        "referral-intake": frozenset({TRIAGE}),
        "triage": frozenset({REFERRAL_INTAKE, AGENCY_NOTIFY}),
        "agency-notify": frozenset({REFERRAL_INTAKE, TRIAGE}),
        "audit": frozenset(TOPICS),
    }
)
"""Which topics each service reads. A service that reads a topic keeps the version of all its aggregates."""

_BY_FIRST_WORD: Mapping[str, Topic] = MappingProxyType(
    {
        "referral": REFERRAL_INTAKE,
        "partner": REFERRAL_INTAKE,
        "case": TRIAGE,
        "information": TRIAGE,
        "question": TRIAGE,
        "handover": TRIAGE,
        "clock": TRIAGE,
        "notice": AGENCY_NOTIFY,
        "endpoint": AGENCY_NOTIFY,
        "record": ACCESS,
        "access": ACCESS,
        "parked": ACCESS,
        "consumer": ACCESS,
    }
)


def topic_of(event_type: str) -> Topic:
    """The topic that carries an event type. Raises ``KeyError`` for a type without a home."""
    return _BY_FIRST_WORD[event_type.split(".", 1)[0]]


def may_carry(topic: str, event_type: str) -> bool:
    """Whether a topic may carry a type: not when the type's first word belongs to another topic."""
    home = _BY_FIRST_WORD.get(event_type.split(".", 1)[0])
    return home is None or home.name == topic


def may_write(source: str, topic: str) -> bool:
    """Whether a service is an owner of a topic; nobody is of a topic that is not ours."""
    return any(source in each.owners for each in TOPICS if each.name == topic)

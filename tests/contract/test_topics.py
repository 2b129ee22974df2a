"""Every event has one topic with an owner, and readers who know it; each way of breaking that is shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, cast
from unittest.mock import sentinel

import pytest

from agency_notify.subscriptions import subscriptions as agency_notify_reads
from audit.subscriptions import SUBSCRIPTIONS as AUDIT_READS
from chassis.db import Transaction
from chassis.delivery.messages import Message, Subscriptions
from contracts.events import EVENTS, CaseClosed, Event, RecordAccessed, ReferralReceived
from contracts.topics import REFERRAL_INTAKE, TOPICS, TRIAGE, Topic, topic_of
from referral_intake.subscriptions import SUBSCRIPTIONS as REFERRAL_INTAKE_READS
from tests.chaos.databases import READS
from triage.handlers import Dependencies
from triage.subscriptions import subscriptions as triage_reads


@dataclass(frozen=True)
class Landscape:
    """Which events there are, where they go, and who reads what."""

    events: Mapping[str, type[Event]]
    topics: Sequence[Topic]
    topic_of: Callable[[str], Topic]
    reads: Mapping[str, Subscriptions]


NOW = Landscape(
    events=EVENTS,
    topics=TOPICS,
    topic_of=topic_of,
    reads={
        "referral-intake": REFERRAL_INTAKE_READS,
        "triage": triage_reads(cast(Dependencies, sentinel.dependencies)),
        "agency-notify": agency_notify_reads(sentinel.packs, sentinel.ids),
        "audit": AUDIT_READS,
    },
)


def faults(landscape: Landscape) -> list[str]:
    """Everything that is wrong, in plain words."""
    of_readers = (fault for reader, reads in landscape.reads.items() for fault in _of_reader(landscape, reader, reads))
    return [*_of_topics(landscape), *_of_events(landscape), *of_readers]


def _of_topics(landscape: Landscape) -> Iterator[str]:
    names = [topic.name for topic in landscape.topics]
    for topic in landscape.topics:
        if names.count(topic.name) > 1:
            yield f"two topics are called {topic.name}"
        if not topic.owners or not topic.owners <= landscape.reads.keys():
            yield f"{topic.name} has no owner that is a service"


def _of_events(landscape: Landscape) -> Iterator[str]:
    for event_type, event in landscape.events.items():
        try:
            topic = landscape.topic_of(event_type)
        except KeyError:
            yield f"{event_type} has no topic"
            continue
        if topic not in landscape.topics:
            yield f"{event_type} goes to {topic.name}, which is not made"
        if not any(_reads(subscriptions, event, topic) for subscriptions in landscape.reads.values()):
            yield f"nobody reads {event_type}"


def _reads(subscriptions: Subscriptions, event: type[Event], topic: Topic) -> bool:
    known = subscriptions.every is not None or event in subscriptions.handlers
    return known and topic in subscriptions.topics


def _of_reader(landscape: Landscape, reader: str, subscriptions: Subscriptions) -> Iterator[str]:
    for topic in subscriptions.topics:
        if topic not in landscape.topics:
            yield f"{reader} reads {topic.name}, which is not made"
    for event in subscriptions.handlers:
        if landscape.events.get(event.TYPE) is not event:
            yield f"{reader} handles {event.TYPE}, which is not an event of the contracts"
        elif landscape.topic_of(event.TYPE) not in subscriptions.topics:
            yield f"{reader} handles {event.TYPE} without reading its topic"


def test_every_event_has_one_topic_an_owner_and_a_reader() -> None:
    assert faults(NOW) == []


def test_the_log_reads_every_topic() -> None:
    assert set(AUDIT_READS.topics) == set(TOPICS)


def test_what_the_checker_of_faults_expects_to_be_read_is_what_is_read() -> None:
    subscribed = {
        reader.replace("-", "_"): {topic.name for topic in reads.topics} for reader, reads in NOW.reads.items()
    }

    assert {reader: set(topics) for reader, topics in READS.items()} == subscribed


class StrategyHeld(Event):
    """An event that a later version may know; ours does not."""

    TYPE: ClassVar[str] = "strategy.held.v1"


class OtherCaseClosed(Event):
    """Another class for a type that is taken."""

    TYPE: ClassVar[str] = CaseClosed.TYPE


NOWHERE = Topic("nowhere.v1", frozenset({"triage"}))


async def ignore(_tx: Transaction, _message: Message, _now: datetime) -> None:
    """A handler."""


def reading(reader: str, subscriptions: Subscriptions) -> Landscape:
    return replace(NOW, reads={**NOW.reads, reader: subscriptions})


def without_the_log() -> Landscape:
    return replace(NOW, reads={reader: reads for reader, reads in NOW.reads.items() if reader != "audit"})


@pytest.mark.parametrize(
    ("landscape", "fault"),
    [
        (replace(NOW, events={**EVENTS, StrategyHeld.TYPE: StrategyHeld}), "strategy.held.v1 has no topic"),
        (
            replace(NOW, topics=TOPICS[1:]),
            "referral.received.v1 goes to referral-intake.v1, which is not made",
        ),
        (replace(NOW, topics=(*TOPICS, replace(NOWHERE, name=TRIAGE.name))), "two topics are called triage.v1"),
        (
            replace(NOW, topics=(*TOPICS, Topic("nowhere.v1", frozenset()))),
            "nowhere.v1 has no owner that is a service",
        ),
        (
            replace(NOW, topics=(*TOPICS, Topic("nowhere.v1", frozenset({"housing"})))),
            "nowhere.v1 has no owner that is a service",
        ),
        (without_the_log(), f"nobody reads {RecordAccessed.TYPE}"),
        (reading("triage", Subscriptions((NOWHERE,))), "triage reads nowhere.v1, which is not made"),
        (
            reading("triage", Subscriptions((TRIAGE,), {OtherCaseClosed: ignore})),
            "triage handles case.closed.v1, which is not an event of the contracts",
        ),
        (
            reading("triage", Subscriptions((REFERRAL_INTAKE,), {ReferralReceived: ignore, CaseClosed: ignore})),
            "triage handles case.closed.v1 without reading its topic",
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_each_fault_is_named(landscape: Landscape, fault: str) -> None:
    assert fault in faults(landscape)
    assert fault not in faults(NOW)

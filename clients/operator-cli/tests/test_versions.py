"""Comparing versions: who owns what, who reads it, and what is missing."""

import pytest

from contracts.events import EVENTS
from contracts.topics import READS, TOPICS, topic_of
from frontdoor.client import SERVICES
from frontdoor.versions import Gap, find_gaps, topic_of_aggregate

NOBODY: dict[str, dict[str, int]] = {service: {} for service in SERVICES}


@pytest.mark.parametrize(
    ("aggregate", "readers"),
    [
        ("referral/1", {"triage", "agency-notify", "audit"}),
        ("case/1", {"referral-intake", "agency-notify", "audit"}),
        ("notice/1", {"triage", "audit"}),
        ("access/triage/1", {"audit"}),
        ("parked/audit/1", {"audit"}),
    ],
)
def test_only_services_that_read_a_topic_can_miss_its_events(aggregate: str, readers: set[str]) -> None:
    gaps = list(find_gaps("somebody", {aggregate: 1}, NOBODY))

    assert {gap.reader for gap in gaps} == readers


def test_a_gap_says_which_versions_are_missing() -> None:
    (gap,) = find_gaps("audit", {"access/audit/1": 7}, {**NOBODY, "audit": {"access/audit/1": 4}})

    assert gap == Gap("audit", "audit", "access/audit/1", has=4, newest=7)


def test_a_reader_that_is_ahead_misses_nothing() -> None:
    ahead = {**NOBODY, "audit": {"access/audit/1": 8}}

    assert list(find_gaps("audit", {"access/audit/1": 7}, ahead)) == []


def test_every_event_has_a_reader_that_republishing_knows() -> None:
    topics = {topic_of(event_type) for event_type in EVENTS}

    assert topics == set(TOPICS)
    assert all(any(topic in read for read in READS.values()) for topic in topics)


def test_every_kind_of_aggregate_has_a_topic() -> None:
    kinds = ("referral", "case", "notice", "access", "parked")

    assert [topic_of_aggregate(f"{kind}/1") in TOPICS for kind in kinds] == [True] * 5

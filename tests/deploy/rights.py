"""What each service may do at Kafka, derived from who owns a topic and who reads it."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.topics import TOPICS
from tests.contract.test_topics import NOW as LANDSCAPE

SERVICES = ("referral-intake", "triage", "agency-notify", "audit")


@dataclass(frozen=True)
class Right:
    """One operation on one topic, or on the service's own consumer group; ``kind`` is Kafka's word."""

    service: str
    kind: str
    name: str
    operation: str


def rights() -> Iterator[Right]:
    """No more than this: who writes a topic owns it, who reads one subscribes to it. Both may describe it."""
    for service in SERVICES:
        reads = {topic.name for topic in LANDSCAPE.reads[service].topics}
        for topic in TOPICS:
            operations = [("Write", service in topic.owners), ("Read", topic.name in reads)]
            allowed = [operation for operation, given in operations if given]
            for operation in (*allowed, *(["Describe"] if allowed else [])):
                yield Right(service, "topic", topic.name, operation)
        yield Right(service, "group", service, "Read")

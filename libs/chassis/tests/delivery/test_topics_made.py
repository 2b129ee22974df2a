"""New topics: anyone who asked for them may use them when the call returns."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from chassis.delivery import kafka
from chassis.settings import SettingRefused
from contracts.topics import TOPICS


class SlowBroker:
    """Lists what was made only at the second look after it was made."""

    def __init__(
        self, known: Iterable[str] = (), *, taken: bool = False, shown_after: int = 2, partitions: int = 12
    ) -> None:
        self.made: list[str] = []
        self.looks = 0
        self._known = set(known)
        self._taken = taken
        self._partitions = partitions
        self._shown_after = shown_after

    def __call__(self, **_: Any) -> "SlowBroker":
        return self

    async def start(self) -> None:
        """Answers at once."""

    async def close(self) -> None:
        """Ends at once."""

    async def describe_topics(self) -> list[dict[str, Any]]:
        self.looks += 1
        shown = self._known | (set(self.made) if self.looks > self._shown_after else set())
        return [{"topic": name, "partitions": [{}] * self._partitions} for name in sorted(shown)]

    async def create_topics(self, new: list[NewTopic]) -> SimpleNamespace:
        self.made += [topic.name for topic in new]
        code = TopicAlreadyExistsError.errno if self._taken else 0
        return SimpleNamespace(topic_errors=[(topic.name, code, None) for topic in new])


@pytest.mark.parametrize("taken", [False, True])
async def test_topics_are_known_when_the_call_returns(monkeypatch: pytest.MonkeyPatch, taken: bool) -> None:
    """Also those that another process made a moment before."""
    broker = SlowBroker(taken=taken)
    monkeypatch.setattr(kafka, "AIOKafkaAdminClient", broker)

    await kafka.ensure_topics("broker:9092", TOPICS)

    assert {topic["topic"] for topic in await broker.describe_topics()} == {topic.name for topic in TOPICS}
    assert broker.looks > 3


async def test_a_topic_that_never_comes_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "AIOKafkaAdminClient", SlowBroker(shown_after=1_000))
    monkeypatch.setattr(kafka, "START_SECONDS", 0.3)

    with pytest.raises(kafka.KafkaSilent, match="waiting for new topics"):
        await kafka.ensure_topics("broker:9092", TOPICS)


async def test_topics_that_are_there_are_neither_made_nor_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = SlowBroker(topic.name for topic in TOPICS)
    monkeypatch.setattr(kafka, "AIOKafkaAdminClient", broker)

    await kafka.ensure_topics("broker:9092", TOPICS)

    assert (broker.made, broker.looks) == ([], 1)


@pytest.mark.parametrize("partitions", [1, 11, 24])
async def test_a_topic_with_another_number_of_partitions_is_refused(
    monkeypatch: pytest.MonkeyPatch, partitions: int
) -> None:
    """More would be wrong, too: one referral has the same partition number in every topic."""
    broker = SlowBroker((topic.name for topic in TOPICS), partitions=partitions)
    monkeypatch.setattr(kafka, "AIOKafkaAdminClient", broker)

    with pytest.raises(SettingRefused, match=rf"needs 12 partitions.*triage\.v1 has {partitions}"):
        await kafka.ensure_topics("broker:9092", TOPICS)

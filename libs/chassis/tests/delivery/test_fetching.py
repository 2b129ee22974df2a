"""Fetching: a request that waits is left waiting, never cancelled, and never asked twice."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from aiokafka import TopicPartition

from chassis.delivery.fetching import Fetching
from chassis.tasks import Hint, Stop

BOUND_SECONDS = 20
GATHER_SECONDS = 1.0
AT = TopicPartition("triage.v1", 0)


class Client:
    """Answers a request when a test says so, or with what waits already. Asks the broker while it is not paused."""

    def __init__(self) -> None:
        self.asked = 0
        self.waiting: list[list[str]] = []
        self.resting: set[TopicPartition] = set()
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def getmany(self, **_: Any) -> Any:
        self.asked += 1
        return {AT: self.waiting.pop(0)} if self.waiting else await self.answer

    def assignment(self) -> set[TopicPartition]:
        return {AT}

    def paused(self) -> set[TopicPartition]:
        return self.resting

    def pause(self, *partitions: TopicPartition) -> None:
        self.resting = self.resting | set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.resting = self.resting - set(partitions)

    def say(self, *records: str) -> None:
        answered, self.answer = self.answer, asyncio.get_running_loop().create_future()
        answered.set_result({AT: list(records)} if records else {})


@pytest.fixture
async def client() -> Client:
    return Client()


@pytest.fixture
async def hint() -> Hint:
    return Hint()


@pytest.fixture
async def fetching(client: Client, hint: Hint) -> AsyncIterator[Fetching]:
    made: Any = Fetching(client, hint)
    yield made
    await made.close()


async def test_records_end_the_wait(client: Client, fetching: Fetching) -> None:
    waiting = asyncio.create_task(fetching.wait(Stop(), BOUND_SECONDS))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    client.say("one")

    assert await waiting == {AT: ["one"]}


async def test_anyone_who_has_waited_long_enough_leaves_the_request_to_the_next(
    client: Client, hint: Hint, fetching: Fetching
) -> None:
    stop = Stop()
    in_time = await fetching.wait(stop, 0.01)
    hint.give()
    hinted = await fetching.wait(stop, BOUND_SECONDS)
    client.say("one")
    found = await fetching.wait(stop, BOUND_SECONDS)

    assert (in_time, hinted, found, client.asked) == ({}, {}, {AT: ["one"]}, 1)


async def test_a_stop_ends_the_wait(fetching: Fetching) -> None:
    stop = Stop()
    waiting = asyncio.create_task(fetching.wait(stop, BOUND_SECONDS))
    await asyncio.sleep(0)
    stop.set()

    assert await asyncio.wait_for(waiting, 5) == {}


async def test_what_was_answered_before_a_seek_is_dropped_and_what_still_waits_is_not(
    client: Client, fetching: Fetching
) -> None:
    stop = Stop()
    await fetching.wait(stop, 0)
    client.say("from before")
    for _ in range(3):
        await asyncio.sleep(0)
    fetching.drop()
    await fetching.wait(stop, 0)
    await asyncio.sleep(0)
    fetching.drop()
    client.say("from after")
    found = await fetching.wait(stop, BOUND_SECONDS)

    assert (found, client.asked) == ({AT: ["from after"]}, 2)


async def test_what_the_client_raises_is_raised_to_the_one_who_waits(client: Client, fetching: Fetching) -> None:
    await fetching.wait(Stop(), 0)
    client.answer.set_exception(ConnectionError())

    with pytest.raises(ConnectionError):
        await fetching.wait(Stop(), BOUND_SECONDS)


async def test_the_broker_is_asked_only_while_somebody_waits_for_records(client: Client, fetching: Fetching) -> None:
    stop, paused = Stop(), []
    await fetching.wait(stop, 0)
    paused.append(client.paused())
    client.say("one")
    await fetching.wait(stop, BOUND_SECONDS)
    paused.append(client.paused())
    await fetching.rest(stop, 0.01)
    paused.append(client.paused())
    await fetching.wait(stop, 0.01)
    paused.append(client.paused())

    assert paused == [set(), {AT}, {AT}, set()]


async def test_records_gather_unless_an_answer_was_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.delivery.fetching.MAX_RECORDS", 2)
    hint = Hint(gather_seconds=GATHER_SECONDS)
    made: Any = Fetching(client, hint)
    client.waiting = [["one", "two"], ["three"], ["four"]]
    loop, stop, came = asyncio.get_running_loop(), Stop(), [asyncio.get_running_loop().time()]
    for records in list(client.waiting):
        assert await made.wait(stop, BOUND_SECONDS) == {AT: records}
        assert client.paused() == (set() if len(records) == 2 else {AT})
        came.append(loop.time())
    await made.close()

    at_once, after_a_full_one, after_another = (later - earlier for earlier, later in pairwise(came))
    assert at_once + after_a_full_one < GATHER_SECONDS * 0.9
    assert after_another >= GATHER_SECONDS * 0.99

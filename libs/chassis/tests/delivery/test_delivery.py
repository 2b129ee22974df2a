"""Relay and consumer on a real broker: from one database to another, exactly once, through crashes and a lost log."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from sqlalchemy import text

from chassis.clock import SystemClock
from chassis.db import Database, DatabaseUnavailable
from chassis.delivery import positions, republish
from chassis.delivery.consumer import Consumer
from chassis.delivery.events import Context, record
from chassis.delivery.gaps import ASKED, Gap, Healer
from chassis.delivery.kafka import ensure_topics, start_producer
from chassis.delivery.messages import Subscriptions
from chassis.delivery.relay import Relay
from chassis.delivery.requests import ALL, Act
from chassis.delivery.resolving import Resolver
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.tasks import Hint, Stop
from chassis.testing.delivery import NOW, Reader, closed
from chassis.testing.hints import Restless
from chassis.waking import LOOK_SECONDS, READER, Wakeups
from contracts.events import CaseClosed
from contracts.topics import TOPICS, TRIAGE

CONTEXT = Context(source="triage", partnership="wandsworth", now=NOW)
Fresh = Callable[[str], Awaitable[DatabaseUrls]]


@pytest.fixture(scope="session")
async def topics(kafka: str) -> str:
    await ensure_topics(kafka, TOPICS)
    return kafka


class Receiver:
    """The other service: reads into a database of its own."""

    def __init__(self, db: Database, kafka: str) -> None:
        self.db = db
        self.reader = Reader(db)
        self.kafka = kafka
        self.group = f"receiver-{uuid.uuid4()}"
        self.subjects: set[str] = set()

    def consumer(self, hint: Hint | None = None) -> Consumer:
        subscriptions = Subscriptions((TRIAGE,), {CaseClosed: self.reader._handle})
        return Consumer(
            self.db,
            subscriptions,
            service=self.group,
            bootstrap_servers=self.kafka,
            clock=SystemClock(),
            hint=hint or Restless(),
        )

    async def versions_of(self, case_id: uuid.UUID) -> list[int]:
        return [version for subject, version in await self.reader.effects() if subject == f"case/{case_id}"]

    async def until(self, case_id: uuid.UUID, versions: list[int], *, within_seconds: float = 60) -> None:
        async with asyncio.timeout(within_seconds):
            while await self.versions_of(case_id) != versions:  # noqa: ASYNC110  # a database cannot be awaited
                await asyncio.sleep(0.05)


@pytest.fixture
async def receiver(copied_database: Fresh, topics: str) -> AsyncIterator[Receiver]:
    db = Database.connect((await copied_database("chassis.testing")).app_url)
    yield Receiver(db, topics)
    await db.close()


@asynccontextmanager
async def running(*tasks: Callable[[Stop], Awaitable[None]]) -> AsyncIterator[None]:
    """Run tasks as a worker does; a task that fails fails the test."""
    stop = Stop()
    started = [asyncio.ensure_future(task(stop)) for task in tasks]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*started)


def relay(db: Database, kafka: str) -> Relay:
    return Relay(db, lambda: start_producer(kafka), SystemClock(), hint=Restless())


async def record_versions(db: Database, case_id: uuid.UUID, count: int) -> None:
    async with db.transaction() as tx:
        await record(tx, [closed(case_id, case_id)] * count, context=CONTEXT)


async def test_events_cross_from_one_database_to_another_in_order(db: Database, receiver: Receiver) -> None:
    cases = [uuid.uuid4() for _ in range(20)]

    async with running(relay(db, receiver.kafka).run, receiver.consumer().run):
        for _ in range(5):
            await asyncio.gather(*(record_versions(db, case_id, 2) for case_id in cases))
        for case_id in cases:
            await receiver.until(case_id, list(range(1, 11)))


async def test_a_new_consumer_goes_on_where_the_database_says(db: Database, receiver: Receiver) -> None:
    case_id = uuid.uuid4()
    async with running(relay(db, receiver.kafka).run):
        await record_versions(db, case_id, 3)
        async with running(receiver.consumer().run):
            await receiver.until(case_id, [1, 2, 3])
        await record_versions(db, case_id, 2)

        receiver.group += "-renamed"  # Kafka remembers nothing of this group
        async with running(receiver.consumer().run):
            await receiver.until(case_id, [1, 2, 3, 4, 5])


async def test_everything_sent_again_takes_effect_once(db: Database, receiver: Receiver) -> None:
    case_id = uuid.uuid4()
    async with running(relay(db, receiver.kafka).run, receiver.consumer().run):
        await record_versions(db, case_id, 4)
        await receiver.until(case_id, [1, 2, 3, 4])

        async with db.transaction() as tx:
            assert await republish.republish(tx, f"case/{case_id}", after_version=0) == 4
        await record_versions(db, case_id, 1)
        await receiver.until(case_id, [1, 2, 3, 4, 5])


async def test_a_gap_heals_by_asking_its_owner(db: Database, receiver: Receiver) -> None:
    case_id = uuid.uuid4()
    await record_versions(db, case_id, 3)
    async with db.transaction() as tx:  # as if Kafka had lost the second one
        await tx.execute(text("UPDATE event SET published_at = now() WHERE version = 2"))

    async def ask(gap: Gap) -> str:
        async with db.transaction() as tx:
            await republish.republish(tx, gap.aggregate, after_version=gap.version)
        return ASKED

    async def heal(stop: Stop) -> None:
        await Healer(receiver.db, ask, SystemClock()).run(stop, every_seconds=0.2)

    async with running(relay(db, receiver.kafka).run, receiver.consumer().run, heal):
        await receiver.until(case_id, [1, 2, 3])

    assert await receiver.reader.parked() == []


async def test_two_instances_share_the_work_without_doubling_it(db: Database, receiver: Receiver) -> None:
    cases = [uuid.uuid4() for _ in range(30)]
    async with running(relay(db, receiver.kafka).run, receiver.consumer().run):
        await asyncio.gather(*(record_versions(db, case_id, 2) for case_id in cases))
        async with running(receiver.consumer().run):
            await asyncio.gather(*(record_versions(db, case_id, 2) for case_id in cases))
            for case_id in cases:
                await receiver.until(case_id, [1, 2, 3, 4])
        await asyncio.gather(*(record_versions(db, case_id, 1) for case_id in cases))
        for case_id in cases:
            await receiver.until(case_id, [1, 2, 3, 4, 5])


async def test_a_consumer_that_cannot_read_its_positions_is_not_healthy_and_goes_on_when_it_can(
    db: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, asked, back, real = uuid.uuid4(), asyncio.Event(), asyncio.Event(), positions.starting

    async def away(*arguments: Any) -> Any:
        asked.set()
        if not back.is_set():
            raise DatabaseUnavailable
        return await real(*arguments)

    monkeypatch.setattr(positions, "starting", away)
    consumer = receiver.consumer()

    async with running(relay(db, receiver.kafka).run, consumer.run):
        await record_versions(db, case_id, 2)
        async with asyncio.timeout(60):
            await asked.wait()
        assert not consumer.progress.healthy
        back.set()
        await receiver.until(case_id, [1, 2])

    assert consumer.progress.healthy


async def test_a_database_that_fails_beside_reading_ends_nothing(
    db: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, failures_left, real = uuid.uuid4(), [3], Resolver.look

    async def away(self: Resolver, partitions: Any) -> Any:
        if failures_left[0]:
            failures_left[0] -= 1
            raise DatabaseUnavailable
        return await real(self, partitions)

    monkeypatch.setattr(Resolver, "look", away)

    async with running(relay(db, receiver.kafka).run, receiver.consumer().run):
        await record_versions(db, case_id, 2)
        await receiver.until(case_id, [1, 2])

    assert failures_left == [0]


async def test_a_message_on_which_our_code_fails_ends_no_process_and_heals_by_itself(
    db: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.delivery.failures.FIRST_PAUSE", timedelta(seconds=0.2))
    poisoned, other = uuid.uuid4(), uuid.uuid4()
    receiver.reader.broken = {(f"case/{poisoned}", 2): KeyError()}

    async with running(relay(db, receiver.kafka).run, receiver.consumer().run):
        await record_versions(db, poisoned, 3)
        await record_versions(db, other, 3)
        await receiver.until(other, [1, 2, 3])
        held = await receiver.reader.parked()
        receiver.reader.broken = {}
        await receiver.until(poisoned, [1, 2, 3])

    assert (2, "KeyError") in held
    assert await receiver.versions_of(other) == [1, 2, 3]


async def test_a_reader_that_waits_for_records_carries_out_what_an_operator_asks_for_at_once(
    db: Database, receiver: Receiver
) -> None:
    case_id, other = uuid.uuid4(), uuid.uuid4()
    receiver.reader.wrong = {(f"case/{case_id}", 1)}
    wakeups = Wakeups(receiver.db, RandomIds())
    consumer = receiver.consumer(wakeups.hint(READER))

    async with running(relay(db, receiver.kafka).run, wakeups.run, consumer.run):
        await record_versions(db, case_id, 1)
        await record_versions(db, other, 1)
        await receiver.until(other, [1])
        receiver.reader.wrong = set()
        await asyncio.sleep(0.5)  # nothing is to be done any more
        await receiver.reader.request(Act.release(reason="mended", by="operator-1"), ALL)
        await receiver.until(case_id, [1], within_seconds=LOOK_SECONDS / 2)


async def test_a_record_after_a_quiet_hour_is_no_silence(receiver: Receiver) -> None:
    class NothingToRead:
        """A client without partitions."""

        def assignment(self) -> frozenset[object]:
            return frozenset()

    consumer = receiver.consumer()
    consumer.progress.moved_at = asyncio.get_running_loop().time() - 3600

    await consumer._look(NothingToRead())
    consumer.progress.lag = {"triage.v1": 1}

    assert not consumer.progress.is_stuck


async def test_the_official_cloudevents_reader_understands_what_we_write(db: Database, topics: str) -> None:
    case_id = uuid.uuid4()
    kafka = AIOKafkaConsumer(TRIAGE.name, bootstrap_servers=topics, auto_offset_reset="earliest")
    await kafka.start()
    try:
        async with running(relay(db, topics).run):
            await record_versions(db, case_id, 1)
            async with asyncio.timeout(20):
                async for found in kafka:
                    if found.key == str(case_id).encode():
                        break
    finally:
        await kafka.stop()

    message = KafkaMessage(headers=dict(found.headers), key=found.key, value=found.value)
    event = from_binary_event(message)
    assert event.get_type() == "case.closed.v1"
    assert event.get_subject() == f"case/{case_id}"
    assert event.get_extension("correlationid") == str(case_id)
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["reason"] == "decided"

"""The relay: everything is sent, in order, by one leader; what was not acknowledged is not marked."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from chassis.clock import SystemClock
from chassis.db import Database
from chassis.delivery.events import Context, record
from chassis.delivery.kafka import KafkaSilent
from chassis.delivery.relay import Relay
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.tasks import Hint, Stop
from chassis.testing.delivery import NOW, closed
from chassis.testing.hints import Restless
from chassis.waking import LOOK_SECONDS, RELAY, Wakeups
from contracts.envelope import Envelope

CONTEXT = Context(source="triage", partnership="wandsworth", now=NOW)


class Broker:
    """Takes what producers send; can refuse, or stay silent."""

    def __init__(self) -> None:
        self.log: list[tuple[str, bytes, dict[str, str]]] = []
        self.refuse = False
        self.producers = 0

    async def start_producer(self) -> "Broker":
        self.producers += 1
        return self

    async def send(
        self, topic: str, value: bytes, key: bytes, *, headers: Sequence[tuple[str, bytes]]
    ) -> asyncio.Future[Any]:
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.refuse:
            acknowledged.set_exception(ConnectionError())
        else:
            self.log.append((topic, key, {name: value.decode() for name, value in headers}))
            acknowledged.set_result(None)
        return acknowledged

    async def stop(self) -> None:
        """Nothing to stop."""

    def versions_of(self, subject: str) -> list[int]:
        return [int(headers["ce_sequence"]) for _, _, headers in self.log if headers["ce_subject"] == subject]


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def relay(db: Database, broker: Broker) -> Relay:
    return Relay(db, broker.start_producer, SystemClock(), hint=Restless())


async def record_events(db: Database, *cases: uuid.UUID) -> None:
    async with db.transaction() as tx:
        await record(tx, [closed(case_id, case_id) for case_id in cases], context=CONTEXT)


async def unpublished(db: Database) -> int:
    async with db.transaction() as tx:
        return await tx.scalar(text("SELECT count(*) FROM event WHERE published_at IS NULL")) or 0


async def until_published(db: Database, *, within_seconds: float = 10) -> None:
    async with asyncio.timeout(within_seconds):
        while await unpublished(db):  # noqa: ASYNC110  # the database has no event to wait for
            await asyncio.sleep(0.01)


async def run_until_published(relay: Relay, db: Database) -> None:
    stop = Stop()
    running = asyncio.create_task(relay.run(stop))
    await until_published(db)
    stop.set()
    await running


async def test_everything_recorded_is_sent_in_order_with_readable_headers(
    db: Database, broker: Broker, relay: Relay
) -> None:
    case_id = uuid.uuid4()
    await record_events(db, case_id, uuid.uuid4(), case_id)

    await run_until_published(relay, db)

    assert broker.versions_of(f"case/{case_id}") == [1, 2]
    topic, key, headers = broker.log[0]
    envelope = Envelope.from_headers([(name, value.encode()) for name, value in headers.items()])
    assert (topic, key) == ("triage.v1", str(case_id).encode())
    assert (envelope.subject, envelope.sequence, envelope.source) == (f"case/{case_id}", 1, "triage")


async def test_an_event_that_commits_late_with_a_lower_id_is_not_skipped(
    db: Database, broker: Broker, relay: Relay
) -> None:
    late, early = uuid.uuid4(), uuid.uuid4()
    stop = Stop()
    running = asyncio.create_task(relay.run(stop))

    async with db.transaction() as tx:
        await record(tx, [closed(late, late)], context=CONTEXT)
        await record_events(db, early)  # commits first, with the higher id
        await until_published(db)
    await until_published(db)
    stop.set()
    await running

    assert broker.versions_of(f"case/{early}") == [1]
    assert broker.versions_of(f"case/{late}") == [1]


async def test_a_refused_send_ends_the_relay_and_marks_nothing(db: Database, broker: Broker, relay: Relay) -> None:
    broker.refuse = True
    await record_events(db, uuid.uuid4())

    with pytest.raises(ConnectionError):
        await relay.run(Stop())

    assert await unpublished(db) == 1


async def test_a_crash_between_acknowledgement_and_mark_sends_again(db: Database, broker: Broker, relay: Relay) -> None:
    case_id = uuid.uuid4()
    await record_events(db, case_id)

    await run_until_published(relay, db)
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE event SET published_at = NULL"))  # as if the mark had not been reached
    await run_until_published(Relay(db, broker.start_producer, SystemClock(), hint=Restless()), db)

    assert broker.versions_of(f"case/{case_id}") == [1, 1]


async def test_a_second_relay_waits_until_the_leader_is_gone(db: Database, urls: DatabaseUrls, broker: Broker) -> None:
    other_db = Database.connect(urls.app_url)
    leader, follower = (Relay(each, broker.start_producer, SystemClock(), hint=Restless()) for each in (db, other_db))
    stop_leader, stop_follower = Stop(), Stop()
    leading = asyncio.create_task(leader.run(stop_leader))
    await record_events(db, uuid.uuid4())
    await until_published(db)
    following = asyncio.create_task(follower.run(stop_follower))
    await record_events(db, uuid.uuid4())
    await until_published(db)
    producers_while_led = broker.producers

    stop_leader.set()
    await leading
    await record_events(db, uuid.uuid4())
    await until_published(db)
    stop_follower.set()
    await following
    await other_db.close()

    assert (producers_while_led, broker.producers) == (1, 2)


async def test_what_another_process_records_is_sent_at_once(db: Database, broker: Broker) -> None:
    wakeups, stop = Wakeups(db, RandomIds()), Stop()
    relay = Relay(db, broker.start_producer, SystemClock(), hint=wakeups.hint(RELAY))
    running = [asyncio.create_task(wakeups.run(stop)), asyncio.create_task(relay.run(stop))]
    await record_events(db, uuid.uuid4())
    await until_published(db)  # it leads, and listens

    for _ in range(3):
        await record_events(db, uuid.uuid4())
        await until_published(db, within_seconds=LOOK_SECONDS / 5)
    stop.set()
    await asyncio.gather(*running)

    assert len(broker.log) == 4


async def test_what_nobody_gave_a_hint_of_is_sent_when_the_relay_looks(
    db: Database, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.delivery.relay.LOOK_SECONDS", 0.3)
    stop = Stop()
    running = asyncio.create_task(Relay(db, broker.start_producer, SystemClock(), hint=Hint()).run(stop))

    for _ in range(3):
        await record_events(db, uuid.uuid4())
        await until_published(db)
    stop.set()
    await running

    assert len(broker.log) == 3


async def test_a_silent_broker_ends_the_relay(
    db: Database, broker: Broker, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().create_future()

    monkeypatch.setattr(broker, "send", never)
    monkeypatch.setattr("chassis.delivery.relay.ACK_SECONDS", 0.2)
    await record_events(db, uuid.uuid4())

    with pytest.raises(KafkaSilent):
        await relay.run(Stop())

    assert await unpublished(db) == 1

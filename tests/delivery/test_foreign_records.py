"""A topic full of a stranger's records is walked out of with operators' commands alone, and nothing of ours is lost."""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import uvicorn
from sqlalchemy import text
from typer.testing import CliRunner

from bench.processes import free_port
from chassis.clock import Clock, SystemClock
from chassis.db import Database, Transaction
from chassis.delivery.attempts import FLOOD
from chassis.delivery.consumer import Consumer
from chassis.delivery.events import Context, record
from chassis.delivery.kafka import ensure_topics, start_producer, stop_client
from chassis.delivery.messages import Message, Subscriptions
from chassis.delivery.relay import Relay
from chassis.http_client import HttpClient
from chassis.run.provision import DatabaseUrls
from chassis.settings import GivenSettings
from chassis.tasks import Stop
from chassis.testing.hints import Restless
from chassis.testing.signer import Signer
from chassis.web import operator_routes
from chassis.web.app import create_app
from chassis.web.operated import Operated
from contracts.events import NoticeOpened
from contracts.topics import AGENCY_NOTIFY, TOPICS
from frontdoor.client import SERVICES, Caller
from frontdoor.main import app as frontdoor

FOREIGN = 3 * FLOOD
REASON = ("--reason", "records of a stranger, agreed with the owner")
PATIENCE_SECONDS = 150


@dataclass(frozen=True)
class Reader:
    """A service that reads notices: its database, its consumer, and the command line that operates it."""

    db: Database
    clock: Clock
    consumer: Consumer
    frontdoor: Callable[..., Awaitable[tuple[int, Any]]]

    async def opened(self, notice_id: uuid.UUID) -> list[int]:
        """Versions of a notice that took effect, in that order."""
        query = text("SELECT version FROM effect WHERE aggregate = :aggregate ORDER BY id")
        async with self.db.transaction() as tx:
            return list((await tx.execute(query, {"aggregate": f"notice/{notice_id}"})).scalars())

    async def acts(self, event_type: str) -> int:
        """How many acts of one type are on record."""
        query = text("SELECT count(*) FROM event WHERE headers ->> 'ce_type' = :type")
        async with self.db.transaction() as tx:
            return int(await tx.scalar(query, {"type": event_type}) or 0)


async def on_notice_opened(tx: Transaction, message: Message, now: datetime) -> None:
    """An effect that can be counted."""
    query = text("INSERT INTO effect (aggregate, version) VALUES (:aggregate, :version)")
    await tx.execute(query, {"aggregate": message.envelope.subject, "version": message.envelope.sequence})


@dataclass(frozen=True)
class Badge:
    """Proves that an operator is calling."""

    headers: Mapping[str, str]

    async def bearer(self) -> Mapping[str, str]:
        return self.headers


@asynccontextmanager
async def operated(db: Database, signer: Signer) -> AsyncIterator[Callable[..., Awaitable[tuple[int, Any]]]]:
    """Serves the operators' routes, and gives ``frontdoor`` as an operator runs it: exit code and JSON."""
    port = free_port()
    routers = [operator_routes.ROUTER]
    app = create_app(title="T", version="1", routers=routers, verifier=signer.verifier(), readiness={})
    app.state.operated = Operated(db, SystemClock(), GivenSettings(), "triage")
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    urls = dict.fromkeys(SERVICES, f"http://127.0.0.1:{port}")

    def connect() -> Caller:
        return Caller(HttpClient.connect(), urls, Badge(signer.bearer(subject="operator-1", roles=["operator"])))

    async def run(*arguments: str) -> tuple[int, Any]:
        result = await asyncio.to_thread(CliRunner().invoke, frontdoor, [*arguments, "--json"], obj=connect)
        lines = [json.loads(line) for line in result.stdout.splitlines()]  # among them what the reader logs meanwhile
        (answer,) = [line for line in lines if not (isinstance(line, dict) and "logger_name" in line)]
        return result.exit_code, answer

    try:
        while not server.started:  # noqa: ASYNC110  # it has no event to wait for
            await asyncio.sleep(0.05)
        yield run
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def reader(
    migrated_database: Callable[[str], Awaitable[DatabaseUrls]], kafka: str, signer: Signer
) -> AsyncIterator[Reader]:
    await ensure_topics(kafka, TOPICS)
    db, clock = Database.connect((await migrated_database("chassis.testing")).app_url), SystemClock()
    subscriptions = Subscriptions((AGENCY_NOTIFY,), {NoticeOpened: on_notice_opened})
    group = f"foreign-{uuid.uuid4()}"
    consumer = Consumer(db, subscriptions, service=group, bootstrap_servers=kafka, clock=clock, hint=Restless())
    async with operated(db, signer) as run:
        yield Reader(db, clock, consumer, run)
    await db.close()


async def fill(kafka: str, chance: random.Random) -> None:
    """Records of somebody who knows nothing of this system, many with the same key, into every partition."""
    producer = await start_producer(kafka)
    try:
        for nth in range(FOREIGN):
            key = None if chance.random() < 0.2 else chance.randbytes(chance.choice((0, 1, 36, 5_000)))
            value = None if key and nth % 10 == 0 else chance.randbytes(chance.randrange(2_000))
            names = ("ce_type", "ce_id", "x-trace", "\x00", "ce_sequence")
            headers = [(chance.choice(names), chance.randbytes(chance.randrange(40))) for _ in range(nth % 4)]
            await producer.send_and_wait(AGENCY_NOTIFY.name, value, key, headers=headers, partition=nth % 12)
    finally:
        await stop_client(producer)


async def record_opened(db: Database, notice_id: uuid.UUID, count: int) -> None:
    context = Context(source="agency-notify", partnership="wandsworth", now=SystemClock().now())
    opened = NoticeOpened(
        notice_id=notice_id,
        referral_id=notice_id,
        agency="metropolitan-police",
        opened_by="somebody",
        opened_at=context.now,
        kind="information-requested",
    )
    async with db.transaction() as tx:
        await record(tx, [opened] * count, context=context)


async def eventually(what: str, asked: Callable[[], Awaitable[bool]]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await asked():  # noqa: ASYNC110  # what is waited for happens elsewhere
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"never happened: {what}") from None


@pytest.mark.timeout(600)
async def test_a_topic_full_of_foreign_records_is_walked_out_of_with_commands_alone(reader: Reader, kafka: str) -> None:
    await fill(kafka, random.Random(7))
    notice_id, stop, resumed = uuid.uuid4(), Stop(), 0
    await record_opened(reader.db, notice_id, 3)
    relay = Relay(reader.db, lambda: start_producer(kafka), reader.clock, hint=Restless())
    working = [asyncio.ensure_future(reader.consumer.run(stop))]

    async def halted() -> bool:
        return (await reader.frontdoor("consumer", "status"))[0] == 1

    async def walked_out() -> bool:
        nonlocal resumed
        code, states = await reader.frontdoor("consumer", "status")
        if code == 1:
            assert states[0]["reasons"].keys() == {"Invalid"}
            assert states[0]["wrong"] > FLOOD
            assert not reader.consumer.progress.healthy
            resumed += (await reader.frontdoor("consumer", "resume", "triage", *REASON))[0] == 0
        return await reader.opened(notice_id) == [1, 2, 3]

    try:
        await eventually("reading halts at the stranger's records", halted)
        working.append(asyncio.ensure_future(relay.run(stop)))  # earlier, it might end in the stranger's own batch
        await eventually("the messages behind the stranger's take effect", walked_out)
        _, would = await reader.frontdoor(
            "parked", "discard", "triage", "--all-of-reason", "Invalid", "--dry-run", *REASON
        )
        await reader.frontdoor("parked", "discard", "triage", "--all-of-reason", "Invalid", *REASON)

        async def nothing_is_parked() -> bool:
            return (await reader.frontdoor("parked", "list"))[0] == 0

        await eventually("what was parked is given up", nothing_is_parked)
    finally:
        stop.set()
        await asyncio.gather(*working)  # nothing ended a task: what fails here would have ended the process

    assert resumed >= 1
    assert would["count"] >= FOREIGN
    assert await reader.acts("consumer.resumed.v1") == resumed
    assert await reader.acts("parked.discarded.v1") == would["count"]

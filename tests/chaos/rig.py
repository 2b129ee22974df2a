"""Delivery from one database to another in this process, on real Kafka and PostgreSQL, so that order can be forced."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner
from audit.sequencer import Sequencer
from chassis.clock import Clock, SystemClock
from chassis.db import Database, Transaction
from chassis.delivery.consumer import Consumer
from chassis.delivery.events import Context, record
from chassis.delivery.kafka import ensure_topics, start_producer
from chassis.delivery.messages import BatchHandler, Subscriptions
from chassis.delivery.relay import Relay
from chassis.run import migrate
from chassis.run.provision import provision
from chassis.tasks import Stop, Task
from chassis.testing.delivery import closed
from chassis.testing.hints import Restless
from contracts.topics import TOPICS
from local_stack.keys import Keys
from local_stack.stack import Stack
from tests.chaos.databases import Databases
from tests.chaos.delivered import Delivered, Foreign
from tests.chaos.settling import until

OWNER, READER = "triage", "audit"
ORIGIN: Final = "frontdoor.example.org/controls"
STILL_SECONDS: Final = 8.0
EVENT_SECONDS: Final = 120.0
_ASK_SECONDS: Final = 0.05

C = TypeVar("C", bound=Consumer)


class DidNotHappen(Exception):
    """What a scenario was to bring about never came about, so it has shown nothing."""


@dataclass(frozen=True)
class Finding:
    """What the checker found wrong, and what else there is to say of the run."""

    violations: Sequence[str]
    said: str = ""


@dataclass(frozen=True)
class Rig:
    """The owner's and the reader's database, and what runs on them. Nothing runs until it is put to work."""

    owner: Database
    reader: Database
    admin_url: str
    kafka: str
    clock: Clock

    def delivered(self, foreign: Foreign | None = None) -> Delivered:
        """The campaign's own checks, of the two services that exist here."""
        return Delivered(Databases(self.admin_url, services=(OWNER, READER)), foreign=foreign)

    def relay(self) -> Relay:
        """The owner's."""
        return self._relay_of(self.owner)

    def readers_relay(self) -> Relay:
        """Sends what the reader itself records: which messages its operator released or gave up."""
        return self._relay_of(self.reader)

    def consumer(self, kind: type[C], group: str, every: BatchHandler, *, clock: Clock | None = None) -> C:
        """A reader of the log's topics; each group is given every partition. Its clock may stand still."""
        return kind(
            self.reader,
            Subscriptions(topics=TOPICS, every=every),
            service=group,
            bootstrap_servers=self.kafka,
            clock=clock or self.clock,
            hint=Restless(),
        )

    def sequencer(self) -> Sequencer:
        """The log's."""
        return Sequencer(
            self.reader, CheckpointSigner(ORIGIN, Ed25519PrivateKey.generate()), self.clock, hint=Restless()
        )

    async def record(self, tx: Transaction, *case_ids: UUID, referral_id: UUID) -> None:
        """One event for each case, all under one referral, so in one partition. The caller commits."""
        context = Context(source=OWNER, partnership="wandsworth", now=self.clock.now())
        await record(tx, [closed(case_id, referral_id) for case_id in case_ids], context=context)

    async def until_sent(self, count: int) -> None:
        """Wait until the relay has sent so many events."""

        async def sent() -> bool:
            rows = await self.rows(OWNER, "SELECT count(*) FROM event WHERE published_at IS NOT NULL")
            return int(rows[0][0]) >= count

        await eventually(f"{count} events to be sent", sent)

    async def verdict(self, foreign: Foreign | None = None) -> list[str]:
        """What is wrong once nothing is on its way any more; what is, and does not move, is wrong too."""
        delivered = self.delivered(foreign)
        await until(delivered.settled, delivered.progress, still_seconds=STILL_SECONDS)
        return await delivered.delivery()

    def _relay_of(self, db: Database) -> Relay:
        return Relay(db, lambda: start_producer(self.kafka), self.clock, hint=Restless())

    async def rows(self, service: str, sql: str) -> list[Any]:
        """As the administrator."""
        return await rows(self.admin_url, service, sql)


@asynccontextmanager
async def rig(stack: Stack) -> AsyncIterator[Rig]:
    """Fresh databases and topics on a stack of parts."""
    admin_url, kafka = stack.parts["postgres"].address, stack.parts["kafka"].address
    owner, reader = [Database.connect(await made(admin_url, package, stack.keys)) for package in (OWNER, READER)]
    await ensure_topics(kafka, TOPICS)
    try:
        yield Rig(owner, reader, admin_url, kafka, SystemClock())
    finally:
        await owner.close()
        await reader.close()


async def made(admin_url: str, package: str, keys: Keys) -> str:
    """Makes the migrated database of a service; its address as the serving role."""
    urls = await provision(admin_url, package, password=keys.password(package))
    await migrate.upgrade(urls.owner_url, package=package)
    return urls.app_url


async def rows(admin_url: str, service: str, sql: str) -> list[Any]:
    """What a query finds in a service's database."""
    connection = await asyncpg.connect(admin_url.rsplit("/", 1)[0] + f"/{service}")
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


@asynccontextmanager
async def at_work(*tasks: Task) -> AsyncIterator[None]:
    """Tasks as a worker runs them. Raises what one of them raised."""
    stop = Stop()
    started = [asyncio.ensure_future(task(stop)) for task in tasks]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*started)


async def eventually(
    what: str, happened: Callable[[], Awaitable[bool]], *, timeout_seconds: float = EVENT_SECONDS
) -> None:
    """Ask until it has happened. Raises ``DidNotHappen``."""
    try:
        async with asyncio.timeout(timeout_seconds):
            while not await happened():  # noqa: ASYNC110  # it happens in a database or another process
                await asyncio.sleep(_ASK_SECONDS)
    except TimeoutError as error:
        raise DidNotHappen(f"waited {timeout_seconds:.0f} s for {what}") from error

"""Scenario *flow*: events from a committed outbox into a signed log, beside FastStream with a commit per message."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench.broker import broker
from bench.examples import received
from bench.issuer import Issuer, issuing
from bench.peers.faststream_append import TABLES, TOPIC
from bench.processes import ROOT, free_port, running, signing_key
from bench.report import publish, row_of
from chassis.clock import SystemClock
from chassis.db import Database
from chassis.delivery.events import Context, record_each
from chassis.delivery.kafka import ensure_topics, start_producer, stop_client
from chassis.testing import postgres
from contracts.events import ReferralReceived
from contracts.topics import Topic

EVENTS: Final = 5_000
WARM_UP_EVENTS: Final = 500
ROUNDS: Final = 3
ROUND_SECONDS: Final = 180.0
OURS: Final = "Frontdoor"
PEER: Final = "FastStream"
_LOOK_AGAIN_SECONDS: Final = 0.01

METHOD: Final[Mapping[str, Any]] = {
    "events": f"{EVENTS} referral.received events in a round, each of another referral",
    "rounds": f"{ROUNDS} for each side, taking turns, after {WARM_UP_EVENTS} events of warm-up; each side's programs "
    "run only during its own turns",
    "shared": "one Kafka node, twelve partitions a topic, one PostgreSQL",
    "ours": "the workers of referral-intake and audit; from the COMMIT that records the events, through relay, Kafka "
    "and consumer, to a signed checkpoint that covers every one of them; one referral's events in order, each once",
    "peer": "one producer that sends every value at once and one FastStream consumer; from the first send to the last "
    "row; one row, one COMMIT and one offset commit for each message; nothing is kept from being written twice",
}


@dataclass(frozen=True)
class Side:
    """How one side is given events, and how many it has finished."""

    give: Callable[[Sequence[ReferralReceived]], Awaitable[float]]
    """Hands events over and returns the instant that counts as the start."""
    finished: Callable[[], Awaitable[int]]


async def run() -> None:
    """Measure both sides and publish the result."""
    rounds: dict[str, list[Mapping[str, float]]] = {OURS: [], PEER: []}
    with tempfile.TemporaryDirectory() as name, postgres.server(Path(name) / "postgres") as admin_url:
        async with broker(Path(name)) as kafka, issuing() as issuer, AsyncExitStack() as stack:
            bench = _Bench(admin_url, kafka, issuer, Path(name))
            makers = {OURS: await _ours(bench, stack), PEER: await _peer(bench, stack)}
            for nth in range(ROUNDS):
                turns = list(makers.items())
                for side, maker in turns if nth % 2 == 0 else reversed(turns):
                    async with maker() as measured:
                        await _measure(measured, WARM_UP_EVENTS)
                        rounds[side].append(await _measure(measured, EVENTS))
    publish("flow", METHOD, [row_of(side, rounds[side]) for side in (OURS, PEER)])


@dataclass(frozen=True)
class _Bench:
    admin_url: str
    kafka: str
    issuer: Issuer
    folder: Path

    def environment(self, database_url: str, port: int) -> dict[str, str]:
        """The settings of a worker of ours."""
        return {
            "FRONTDOOR_DATABASE_URL": database_url,
            "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "FRONTDOOR_OIDC_ISSUER": self.issuer.address,
            "FRONTDOOR_WORKER_HTTP_PORT": str(port),
            "FRONTDOOR_PUBLIC_URL": "http://127.0.0.1",
            "FRONTDOOR_PARTNERSHIPS_FOLDER": str(ROOT / "partnerships"),
            "FRONTDOOR_LOG_ORIGIN": "frontdoor.example.org/bench",
            "FRONTDOOR_SIGNING_KEY_FILE": str(signing_key(self.folder)),
            "FRONTDOOR_CHECKPOINT_SECONDS": "0",
        }


Maker = Callable[[], Any]


async def _ours(bench: _Bench, stack: AsyncExitStack) -> Maker:
    intake = await postgres.migrated(bench.admin_url, "referral_intake")
    audit = await postgres.migrated(bench.admin_url, "audit")
    outbox = Database.connect(intake.app_url, pool_size=1)
    stack.push_async_callback(outbox.close)
    log = await asyncpg.connect(audit.app_url)
    stack.push_async_callback(log.close)

    async def give(events: Sequence[ReferralReceived]) -> float:
        context = Context("referral-intake", "wandsworth", SystemClock().now())
        async with outbox.transaction() as tx:
            await record_each(tx, [(event, context) for event in events])
        return time.perf_counter()

    async def finished() -> int:
        return int(await log.fetchval("SELECT coalesce(max(size), 0) FROM checkpoint"))

    @asynccontextmanager
    async def make() -> AsyncIterator[Side]:
        async with AsyncExitStack() as workers:
            for package, url in (("referral_intake", intake.app_url), ("audit", audit.app_url)):
                port, path = free_port(), bench.folder / f"{package}.log"
                worker = running(["-m", package, "worker"], bench.environment(url, port), log=path, port=port)
                await workers.enter_async_context(worker)
            yield Side(give, finished)

    return make


async def _peer(bench: _Bench, stack: AsyncExitStack) -> Maker:
    table = await asyncpg.connect(bench.admin_url)
    stack.push_async_callback(table.close)
    await table.execute(TABLES)
    await ensure_topics(bench.kafka, [Topic(TOPIC, frozenset({"bench"}))])
    producer = await start_producer(bench.kafka)
    stack.push_async_callback(stop_client, producer)

    async def give(events: Sequence[ReferralReceived]) -> float:
        values = [(event.to_json(), str(event.referral_id).encode()) for event in events]
        began = time.perf_counter()
        sent = [await producer.send(TOPIC, value, key) for value, key in values]
        await asyncio.gather(*sent)
        return began

    async def finished() -> int:
        return int(await table.fetchval("SELECT count(*) FROM bench_entry"))

    @asynccontextmanager
    async def make() -> AsyncIterator[Side]:
        environment = {"DATABASE_URL": bench.admin_url, "KAFKA": bench.kafka}
        path = bench.folder / "peer.log"
        async with running(["-m", "bench.peers.faststream_append"], environment, log=path, port=0):
            yield Side(give, finished)

    return make


async def _measure(side: Side, count: int) -> dict[str, float]:
    """Give events and look until every one has arrived."""
    target = await side.finished() + count
    events = received(count)
    began = await side.give(events)
    async with asyncio.timeout(ROUND_SECONDS):
        while await side.finished() < target:  # noqa: ASYNC110 what is waited for happens in another process
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    seconds = time.perf_counter() - began
    return {"events per second": round(count / seconds, 1), "seconds": round(seconds, 2)}

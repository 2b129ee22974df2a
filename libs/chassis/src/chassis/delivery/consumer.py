"""The consumer: Kafka's group protocol says who reads what; PostgreSQL says what has taken effect."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from prometheus_client import Counter, Gauge

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database
from chassis.delivery import failures, halts, positions
from chassis.delivery.applying import Batch, Fenced, Partition
from chassis.delivery.attempts import BACKOFF_SECONDS, Attempts, Ended
from chassis.delivery.fetching import Fetched, Fetching
from chassis.delivery.kafka import CALL_SECONDS, START_SECONDS, KafkaSilent, new_consumer, stop_client, within
from chassis.delivery.messages import Record, Subscriptions
from chassis.delivery.resolving import Resolver
from chassis.delivery.security import PLAIN, Security
from chassis.tasks import Hint, Stop
from chassis.waking import LOOK_SECONDS, seconds_until

WATCH_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 45.0

log = telemetry.logger(__name__)
fenced_total = Counter("frontdoor_batches_fenced", "Batches dropped because another instance took over")
lag_gauge = Gauge("frontdoor_lag", "Records not yet read", ["topic"])


class Silent(Exception):
    """Records are waiting and nothing was read for too long: only a new process helps."""


@dataclass
class Progress:
    """What health and the watchdog look at. ``applying``: a batch is being tried, so nothing else can be read."""

    assigned: bool = False
    halted: bool = False
    applying: bool = False
    lag: dict[str, int] = field(default_factory=dict)
    moved_at: float = 0.0

    @property
    def healthy(self) -> bool:
        """True while this instance reads, or has nothing to read."""
        return self.assigned and not self.halted

    @property
    def is_stuck(self) -> bool:
        """True when records wait, nothing keeps us from reading them, and none was read for too long."""
        idle = not self.halted and not self.applying and any(self.lag.values())
        return idle and asyncio.get_running_loop().time() - self.moved_at > SILENT_SECONDS

    def move(self) -> None:
        """Something was done that shows we are not stuck."""
        self.moved_at = asyncio.get_running_loop().time()


@dataclass(frozen=True)
class _Reading:
    """One run of a consumer: its client, what it asks the client for, and when it ends."""

    kafka: AIOKafkaConsumer
    fetching: Fetching
    stop: Stop


class Consumer:
    """Contract.

    - A message changes this service's database exactly once, and messages of one aggregate in their versions' order.
    - What fails stays as small as its cause: see ``Attempts`` for batches, ``Resolver`` for what is parked.
    - A database that is away ends nothing: everything is tried again until it is back, in order.
    - Too many wrong messages in a row mean the fault is ours: they are parked, reading halts in every instance, health
      says so, and it goes on when an operator resumes it. What is parked is worked on all the while.
    - Offsets are committed to Kafka afterwards and only for tools that show lag; losing them changes nothing.
    - It wakes for records, for ``hint``, for what is due next of what is parked, and every ``LOOK_SECONDS``.
    """

    def __init__(
        self,
        db: Database,
        subscriptions: Subscriptions,
        *,
        service: str,
        bootstrap_servers: str,
        clock: Clock,
        hint: Hint,
        security: Security = PLAIN,
    ) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._clock = clock
        self._hint = hint
        self._new_client = partial(new_consumer, bootstrap_servers, group=service, security=security)
        self._resolver = Resolver(db, subscriptions, clock, service=service)
        self._committed: dict[TopicPartition, int] = {}
        self._next: dict[Partition, int] = {}
        self._assignments = 0
        self._placed = False
        self.progress = Progress()
        self.applied_hint: Callable[[], None] = lambda: None

    async def run(self, stop: Stop) -> None:
        """Read until asked to stop. Raises when only a new process helps."""
        kafka = self._new_client()
        kafka.subscribe([topic.name for topic in self._subscriptions.topics], listener=_Assignment(self, kafka))
        reading = _Reading(kafka, Fetching(kafka, self._hint), stop)
        try:
            await within(START_SECONDS, kafka.start(), what="starting the consumer")
            watch = asyncio.create_task(self._watch(kafka))
            watch.add_done_callback(lambda _: self._hint.give())
            try:
                await self._read(reading, watch)
            finally:
                watch.cancel()
        finally:
            await stop_client(kafka)
            await reading.fetching.close()

    async def _read(self, reading: _Reading, watch: asyncio.Task[None]) -> None:
        stop = reading.stop
        attempts = Attempts(
            self._db, self._subscriptions, self._clock, wait=lambda seconds: self._idle(reading, seconds)
        )
        failed = 0
        while not stop.is_set():
            if watch.done():
                watch.result()  # the watchdog only ends by raising
            try:
                await self._turn(reading, attempts)
                failed = 0
            except Exception as error:
                self._placed = False  # what was read and not applied is read again
                if not await failures.is_of_the_database(error, self._db):
                    raise
                log.warning("the database failed, trying again", error=failures.name_of(error))
                await self._idle(reading, BACKOFF_SECONDS[min(failed, len(BACKOFF_SECONDS) - 1)])
                failed += 1

    async def _turn(self, reading: _Reading, attempts: Attempts) -> None:
        """What is parked, then one batch."""
        if not reading.kafka.assignment():
            await self._hint.wait(reading.stop, LOOK_SECONDS)
            return
        next_due = await self._tend(reading, attempts)
        if self.progress.halted:
            await self._rest(reading, LOOK_SECONDS)
            return
        if not self._placed and not await self._place(reading):
            return
        batch = self._batch(await reading.fetching.wait(reading.stop, seconds_until(next_due, self._clock.now())))
        if batch.start:
            await self._apply(attempts, batch, reading.stop)

    async def _idle(self, reading: _Reading, seconds: float) -> None:
        """Let time pass without leaving the group: a client that does not ask for records loses its partitions."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not reading.stop.is_set() and (left := until - loop.time()) > 0:
            await self._rest(reading, left)

    async def _rest(self, reading: _Reading, seconds: float) -> None:
        """Ask for records of no partition for some time, at most until a hint."""
        self.progress.move()
        if await reading.fetching.rest(reading.stop, seconds):  # or of one that was assigned meanwhile
            self._placed = False

    # -- positions -----------------------------------------------------------------------------------------------

    def on_assigned(self) -> None:
        """Nothing is ours until its position was read from the database: what is read before that is dropped."""
        self._assignments += 1
        self._placed = False
        self._next.clear()
        self.progress.assigned = False
        self._hint.give()

    async def _place(self, reading: _Reading) -> bool:
        """Go on where the database says, whatever Kafka remembers. False when the assignment changed meanwhile."""
        kafka = reading.kafka
        assignments, wanted = self._assignments, list(kafka.assignment())
        begins = await within(CALL_SECONDS, kafka.beginning_offsets(wanted), what="asking for first offsets")
        ends = await within(CALL_SECONDS, kafka.end_offsets(wanted), what="asking for last offsets")
        async with self._db.transaction() as tx:
            starts = await positions.starting(tx, begins, ends)
        if assignments != self._assignments or kafka.assignment() != frozenset(wanted):
            return False
        reading.fetching.drop()
        for partition, offset in starts.items():
            kafka.seek(partition, offset)
        self._next = {(partition.topic, partition.partition): offset for partition, offset in starts.items()}
        self._placed = self.progress.assigned = True
        self.progress.move()
        log.info("partitions assigned", count=len(wanted))
        return True

    def _batch(self, fetched: Fetched) -> Batch:
        """The records that continue where we are; fetched before a seek took hold, or of lost partitions: dropped."""
        records: list[Record] = []
        start: dict[Partition, int] = {}
        end: dict[Partition, int] = {}
        for partition, found in fetched.items():
            at = (partition.topic, partition.partition)
            expected = self._next.get(at)
            usable = [] if expected is None else [r for r in found if r.offset >= expected]
            if expected is None or not usable:
                continue
            start[at], end[at] = expected, usable[-1].offset + 1
            records.extend(_record(r) for r in usable)
        return Batch(records, start, end)

    # -- effects -------------------------------------------------------------------------------------------------

    async def _apply(self, attempts: Attempts, batch: Batch, stop: Stop) -> None:
        """Make a batch take effect, however often that has to be tried."""
        self.progress.applying = True
        try:
            ended = await attempts.apply(batch, stop)
        except Fenced:
            fenced_total.inc()
            log.warning("batch fenced")
            self._placed = False
            return
        finally:
            self.progress.applying = False
            self.progress.move()
        if ended is Ended.APPLIED and self._placed:
            self._next.update(batch.end)
            self.applied_hint()
            return
        self._placed = False
        self.progress.halted = self.progress.halted or ended is Ended.HALTED

    async def _tend(self, reading: _Reading, attempts: Attempts) -> datetime | None:
        """Look whether reading is halted, and work on what is parked in the partitions that we read.

        Returns when to look again at what is parked: None when nothing will be due by itself.
        """
        partitions = sorted({partition.partition for partition in reading.kafka.assignment()})
        waiting = await self._resolver.look(partitions)
        if self.progress.halted and not waiting.halted:
            async with self._db.transaction() as tx:
                attempts.tolerate(await halts.tolerated(tx))
            self._placed = False
            log.info("reading goes on")
        self.progress.halted = waiting.halted
        if waiting.requested or waiting.due:
            await self._resolver.work(waiting, partitions)
            self.applied_hint()
            return self._clock.now()  # there may be more of it
        return waiting.next_due

    # -- watchdog ------------------------------------------------------------------------------------------------

    async def _watch(self, kafka: AIOKafkaConsumer) -> None:
        """Raises ``Silent`` when records wait but reading does not move, or the broker stays away."""
        loop = asyncio.get_running_loop()
        answered_at = loop.time()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self._look(kafka)
                answered_at = loop.time()
            except (KafkaSilent, KafkaError):
                log.warning("the broker does not answer")
            if self.progress.is_stuck:
                raise Silent("records wait and nothing was read")
            if loop.time() - answered_at > SILENT_SECONDS:
                raise Silent("the broker does not answer")

    async def _look(self, kafka: AIOKafkaConsumer) -> None:
        """Measure lag, and commit offsets for the tools that show it."""
        mine = dict(self._next)
        partitions = [TopicPartition(topic, partition) for topic, partition in mine]
        ends = await within(CALL_SECONDS, kafka.end_offsets(partitions), what="asking for last offsets") if mine else {}
        lag: dict[str, int] = {}
        for partition, end in ends.items():
            behind = max(0, end - mine[(partition.topic, partition.partition)])
            lag[partition.topic] = lag.get(partition.topic, 0) + behind
        self.progress.lag = lag
        if not any(lag.values()):
            self.progress.move()  # else the first record after a quiet hour would seem to have waited all the while
        for topic, behind in lag.items():
            lag_gauge.labels(topic).set(behind)
        offsets = {p: mine[(p.topic, p.partition)] for p in partitions if p in kafka.assignment()}
        moved = {p: offset for p, offset in offsets.items() if self._committed.get(p) != offset}
        if moved:
            await within(CALL_SECONDS, kafka.commit(moved), what="committing offsets")
            self._committed.update(moved)


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """The client calls it, and swallows what it raises: so nothing is done here that can fail."""

    def __init__(self, consumer: Consumer, kafka: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._kafka = kafka

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to save: every finished batch is already in the database."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        with suppress(IllegalStateError):  # they are taken away again already
            self._kafka.pause(*assigned)  # whatever is asked for before a seek keeps the broker from what comes after
        self._consumer.on_assigned()


def _record(record: ConsumerRecord) -> Record:
    return Record(record.topic, record.partition, record.offset, record.key, tuple(record.headers), record.value)

"""The consumer: Kafka's group protocol says who reads what; PostgreSQL says what has taken effect."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database
from chassis.delivery import parking, positions
from chassis.delivery.applying import Batch, Fenced, NeedsCare, Partition, Sheet, apply
from chassis.delivery.kafka import CALL_SECONDS, START_SECONDS, KafkaSilent, new_consumer, stop_client, within
from chassis.delivery.messages import Handler, Message, Record, Subscriptions
from chassis.tasks import Stop

__all__ = ["Consumer", "Handler", "Message", "Subscriptions"]

POLL_MS: Final = 200
MAX_RECORDS: Final = 500
BACKOFF_SECONDS: Final = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)
PATIENCE_SECONDS: Final = 60.0
WATCH_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 45.0
FLOOD: Final = 50

log = telemetry.logger(__name__)
fenced_total = Counter("frontdoor_batches_fenced", "Batches dropped because another instance took over")
lag_gauge = Gauge("frontdoor_lag", "Records not yet read", ["topic"])


class Silent(Exception):
    """Records are waiting and nothing was read for too long: only a new process helps."""


@dataclass
class Progress:
    """What health and the watchdog look at."""

    assigned: bool = False
    halted: bool = False
    lag: dict[str, int] = field(default_factory=dict)
    moved_at: float = 0.0

    @property
    def healthy(self) -> bool:
        """True while this instance reads, or has nothing to read."""
        return self.assigned and not self.halted


class Consumer:
    """Contract.

    - A message changes this service's database exactly once, and messages of one aggregate in their versions' order.
    - Our own failures try the same batch again, in order, with a capped pause; nothing is ever skipped for them.
    - A wrong message is parked with its key; other keys flow. ``FLOOD`` wrong ones in a row mean the fault is ours:
      reading halts, health says so, and an operator decides.
    - Offsets are committed to Kafka afterwards and only for tools that show lag; losing them changes nothing.
    """

    def __init__(
        self, db: Database, subscriptions: Subscriptions, *, service: str, bootstrap_servers: str, clock: Clock
    ) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._service = service
        self._clock = clock
        self._bootstrap_servers = bootstrap_servers
        self._next: dict[Partition, int] = {}
        self._wrong_in_a_row = 0
        self._assign_error: Exception | None = None
        self.progress = Progress()
        self.applied_hint: Callable[[], None] = lambda: None

    async def run(self, stop: Stop) -> None:
        """Read until told to stop. Raises when only a new process helps."""
        kafka = new_consumer(self._bootstrap_servers, group=self._service)
        kafka.subscribe([topic.name for topic in self._subscriptions.topics], listener=_Assignment(self, kafka))
        try:
            await within(START_SECONDS, kafka.start(), what="starting the consumer")
            watch = asyncio.create_task(self._watch(kafka))
            try:
                await self._read(kafka, stop, watch)
            finally:
                watch.cancel()
        finally:
            await stop_client(kafka)

    async def _read(self, kafka: AIOKafkaConsumer, stop: Stop, watch: asyncio.Task[None]) -> None:
        while not stop.is_set():
            if watch.done():
                watch.result()  # the watchdog only ends by raising
            if self._assign_error is not None:
                raise self._assign_error
            if self.progress.halted or not kafka.assignment():
                await stop.wait(POLL_MS / 1000)
                continue
            await self._settle_asked(kafka)
            fetched = await kafka.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
            batch = self._batch(kafka, fetched)
            if batch.start:
                await self._take(kafka, batch, stop)

    # -- positions -----------------------------------------------------------------------------------------------

    async def on_assigned(self, kafka: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> None:
        """``assign``, for the client, which swallows what it raises: kept here, and raised where records are read.

        Without that every record would be dropped as not ours, with nothing to show for it.
        """
        try:
            await self.assign(kafka, partitions)
        except Exception as error:
            self._assign_error = error

    async def assign(self, kafka: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> None:
        """Go on where the database says, whatever Kafka remembers."""
        wanted = list(partitions)
        self.progress.assigned = False
        self._next.clear()
        if wanted:
            begins = await within(CALL_SECONDS, kafka.beginning_offsets(wanted), what="asking for first offsets")
            ends = await within(CALL_SECONDS, kafka.end_offsets(wanted), what="asking for last offsets")
            async with self._db.transaction() as tx:
                starts = await positions.starting(tx, begins, ends)
            for partition, offset in starts.items():
                kafka.seek(partition, offset)
                self._next[(partition.topic, partition.partition)] = offset
        self.progress.assigned = bool(wanted)
        self.progress.moved_at = asyncio.get_running_loop().time()
        log.info("partitions assigned", count=len(wanted))

    def _batch(self, kafka: AIOKafkaConsumer, fetched: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> Batch:
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

    async def _take(self, kafka: AIOKafkaConsumer, batch: Batch, stop: Stop) -> None:
        """Make a batch take effect, however often that has to be tried."""
        began = asyncio.get_running_loop().time()
        careful, tries = False, 0
        while not stop.is_set():
            try:
                await self._apply(batch, careful=careful)
            except NeedsCare:
                careful = True
            except Fenced:
                fenced_total.inc()
                log.warning("batch fenced")
                await self.assign(kafka, kafka.assignment())
                return
            except _Flood:
                self._halt()
                return
            except Exception as error:
                if asyncio.get_running_loop().time() - began > PATIENCE_SECONDS:
                    raise
                log.warning("batch failed, trying again", error=type(error).__name__)
                await stop.wait(BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)])
                tries += 1
            else:
                self._next.update(batch.end)
                self.progress.moved_at = asyncio.get_running_loop().time()
                self.applied_hint()
                return

    async def _apply(self, batch: Batch, *, careful: bool) -> None:
        async with self._db.transaction() as tx:
            sheet = await apply(tx, batch, self._subscriptions, now=self._clock.now(), careful=careful)
            wrong = self._count_wrong(sheet)
            if wrong > FLOOD:
                raise _Flood
        self._wrong_in_a_row = wrong

    def _count_wrong(self, sheet: Sheet) -> int:
        return sheet.wrong_in_a_row + (0 if sheet.advanced else self._wrong_in_a_row)

    def _halt(self) -> None:
        self.progress.halted = True
        log.error("too many wrong messages in a row, reading halted")

    async def _settle_asked(self, kafka: AIOKafkaConsumer) -> None:
        """Releases and discards are carried out between batches, by the one who reads the partition."""
        partitions = sorted({partition.partition for partition in kafka.assignment()})
        async with self._db.transaction() as tx:
            if not await parking.any_asked(tx):
                return
            await parking.settle_asked(
                tx, partitions, self._subscriptions, service=self._service, now=self._clock.now()
            )

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
            waiting = any(self.progress.lag.values()) and not self.progress.halted
            if waiting and loop.time() - self.progress.moved_at > SILENT_SECONDS:
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
        for topic, behind in lag.items():
            lag_gauge.labels(topic).set(behind)
        offsets = {p: mine[(p.topic, p.partition)] for p in partitions if p in kafka.assignment()}
        if offsets:
            await within(CALL_SECONDS, kafka.commit(offsets), what="committing offsets")


class _Flood(Exception):
    """Too many wrong messages in a row."""


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Positions are taken from the database before the first record of an assignment is read."""

    def __init__(self, consumer: Consumer, kafka: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._kafka = kafka

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to save: every finished batch is already in the database."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._consumer.on_assigned(self._kafka, assigned)


def _record(record: ConsumerRecord) -> Record:
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.key or b"",
        tuple(record.headers),
        record.value or b"",
    )

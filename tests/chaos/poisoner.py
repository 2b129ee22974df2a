"""Mixes poison into every topic, one record in so many of all that are there, whatever is killed meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from chassis.delivery.kafka import CALL_SECONDS, START_SECONDS, KafkaSilent, new_consumer, stop_client, within
from contracts.topics import PARTITIONS, TOPICS
from tests.chaos.poison import Poison, poison
from tests.chaos.spoiling import KINDS

ONE_IN: Final = 50
PAUSE_SECONDS: Final = 0.5
BETWEEN_KINDS_SECONDS: Final = 0.1
BATCH_BYTES: Final = 1_000_000
_LOST_TOUCH: Final = (KafkaError, KafkaSilent, OSError, TimeoutError)

Live = Callable[[], Sequence[UUID]]
"""The referrals that were acknowledged so far, in order."""


@dataclass
class Poisoner:
    """Sends poison and keeps what it sent. ``acknowledged`` holds what is in a topic for certain; a record that got
    no answer was sent again, and may be there twice."""

    kafka: str
    seed: int
    live: Live
    one_in: int = ONE_IN
    acknowledged: list[Poison] = field(default_factory=list)
    tried: list[Poison] = field(default_factory=list)
    _count: int = 0

    async def run(self, until: asyncio.Event) -> None:
        """Keep the share of poison up until the event is set."""
        while not until.is_set():
            try:
                async with self._connected() as (producer, reader):
                    while not until.is_set():
                        await self._keep_up(producer, reader)
                        await asyncio.sleep(PAUSE_SECONDS)
            except _LOST_TOUCH:
                await asyncio.sleep(PAUSE_SECONDS)  # the broker is being hurt: again from where we were

    async def each_kind(self) -> None:
        """Send every kind to every topic once, while nothing else is wrong.

        Not all at once: what is wrong fifty times in a row halts reading, as it must.
        """
        async with self._connected() as (producer, _):
            for _ in range(len(KINDS) * len(TOPICS)):
                await self._send(producer, self._next())
                await asyncio.sleep(BETWEEN_KINDS_SECONDS)

    async def _keep_up(self, producer: AIOKafkaProducer, reader: AIOKafkaConsumer) -> None:
        ours = len(self.acknowledged)
        others = await _records(reader) - ours
        for _ in range(others // self.one_in - ours):
            await self._send(producer, self._next())

    def _next(self) -> Poison:
        """One that got no answer comes again; else the next number of the next topic."""
        if len(self.tried) > len(self.acknowledged):
            return self.tried[-1]
        topic = TOPICS[self._count % len(TOPICS)]
        made = poison(self.seed, topic.name, self._count // len(TOPICS), live=self.live())
        self._count += 1
        self.tried.append(made)
        return made

    async def _send(self, producer: AIOKafkaProducer, record: Poison) -> None:
        batch = producer.create_batch()
        # The client's quick builder looks at what it is given; this one sends whatever there is.
        batch._builder = _DefaultRecordBatchBuilderPy(
            magic=2,
            compression_type=0,
            is_transactional=0,
            producer_id=-1,
            producer_epoch=-1,
            base_sequence=0,
            batch_size=BATCH_BYTES,
        )
        batch.append(timestamp=None, key=record.key, value=record.data, headers=record.headers)
        sent = await producer.send_batch(batch, record.topic, partition=partition_of(record, seed=self.seed))
        await within(CALL_SECONDS, sent, what="sending poison")
        self.acknowledged.append(record)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all", request_timeout_ms=10_000)
        reader = new_consumer(self.kafka, group="poisoner")
        try:
            await within(START_SECONDS, producer.start(), what="starting the producer")
            await within(START_SECONDS, reader.start(), what="starting the reader")
            yield producer, reader
        finally:
            await stop_client(producer)
            await stop_client(reader)


def partition_of(record: Poison, *, seed: int) -> int:
    """Where a producer puts the key; anywhere when there is none."""
    every = list(range(PARTITIONS))
    if record.key is None:
        return Random(f"{seed}/{record.name}").choice(every)
    found: int = DefaultPartitioner()(record.key, every, every)
    return found


async def _records(reader: AIOKafkaConsumer) -> int:
    """How many there are in all topics."""
    partitions = [TopicPartition(topic.name, number) for topic in TOPICS for number in range(PARTITIONS)]
    ends = await within(CALL_SECONDS, reader.end_offsets(partitions), what="asking for last offsets")
    return sum(ends.values())


async def ends_of(kafka: str) -> dict[tuple[str, int], int]:
    """The offset that comes next in each partition of every topic."""
    reader = new_consumer(kafka, group="poisoner")
    await within(CALL_SECONDS, reader.start(), what="connecting")
    try:
        partitions = [TopicPartition(topic.name, number) for topic in TOPICS for number in range(PARTITIONS)]
        ends = await within(CALL_SECONDS, reader.end_offsets(partitions), what="asking for last offsets")
        return {(partition.topic, partition.partition): end for partition, end in ends.items()}
    finally:
        await stop_client(reader)

"""How far each stage is, read cheaply: positions, sizes, PostgreSQL's own counters; no table is counted.

The counters of inserted rows (``cases``, ``notices``, ``sent``) are PostgreSQL's statistics: they come up to a second
late, and count rows of a transaction that was undone too, as when its process was killed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, Self

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy.engine import make_url

from chassis.delivery.kafka import new_consumer, stop_client
from contracts.topics import PARTITIONS, TOPICS
from tests.chaos.databases import READS, SERVICES

_UNSENT: Final = "SELECT count(*) FROM event WHERE published_at IS NULL"
_POSITIONS: Final = "SELECT topic, sum(next_offset)::bigint FROM position GROUP BY 1"
_INSERTED: Final = "SELECT pg_stat_get_tuples_inserted($1::text::regclass)"
_LOGGED: Final = "SELECT coalesce(max(size), 0) FROM log"

Ends = Mapping[str, int]
"""By topic, the sum of the offsets that come next in its partitions."""


@dataclass(frozen=True)
class Reach:
    """How far everything was at one moment."""

    cases: int
    notices: int
    sent: int
    """Attempts at deliveries, of which a notice may need several."""
    logged: int
    unsent: int
    """Events that the relays have still to send."""
    behind: Mapping[str, int]
    """Messages that each reader has still to apply."""

    @property
    def is_quiet(self) -> bool:
        """Whether no event is on its way."""
        return self.unsent == 0 and not any(self.behind.values())


class Counts:
    """Connections to every database and to Kafka, kept for the whole run."""

    def __init__(self, databases: Mapping[str, Any], kafka: AIOKafkaConsumer) -> None:
        self._databases = databases
        self._kafka = kafka
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    async def connect(cls, admin_url: str, kafka: str, ending: AsyncExitStack) -> Self:
        """Everything is closed with ``ending``."""
        databases = {}
        for service in SERVICES:
            url = make_url(admin_url).set(database=service).render_as_string(hide_password=False)
            databases[service] = await asyncpg.connect(url)
            ending.push_async_callback(databases[service].close)
        consumer = new_consumer(kafka, group="year")
        await consumer.start()
        ending.push_async_callback(stop_client, consumer)
        return cls(databases, consumer)

    async def read(self) -> Reach:
        """How far everything is now."""
        async with self._one_at_a_time:
            return await self._read()

    async def _read(self) -> Reach:
        """What was read is asked before what there is to read: otherwise a reader might seem to be ahead."""
        positions = {service: await self._positions(service) for service in SERVICES}
        ends = await self._ends()
        return Reach(
            cases=await self._inserted("triage", '"case"'),
            notices=await self._inserted("agency_notify", "notice"),
            sent=await self._inserted("agency_notify", "attempt"),
            logged=await self._databases["audit"].fetchval(_LOGGED),
            unsent=sum([await self._databases[service].fetchval(_UNSENT) for service in SERVICES]),
            behind={service: _behind(positions[service], ends, READS[service]) for service in SERVICES},
        )

    async def _positions(self, service: str) -> Mapping[str, int]:
        return dict(await self._databases[service].fetch(_POSITIONS))

    async def _inserted(self, service: str, table: str) -> int:
        return int(await self._databases[service].fetchval(_INSERTED, table))

    async def _ends(self) -> Ends:
        partitions = [TopicPartition(topic.name, number) for topic in TOPICS for number in range(PARTITIONS)]
        ends: dict[str, int] = {}
        for partition, end in (await self._kafka.end_offsets(partitions)).items():
            ends[partition.topic] = ends.get(partition.topic, 0) + end
        return ends


def _behind(positions: Mapping[str, int], ends: Ends, topics: Sequence[str]) -> int:
    return sum(ends[topic] - positions.get(topic, 0) for topic in topics)

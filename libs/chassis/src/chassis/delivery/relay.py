"""The relay: sends every recorded event to Kafka, in order, at least once, from one leader per database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

from prometheus_client import Counter, Gauge
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database
from chassis.delivery.kafka import stop_client, within
from chassis.leadership import lead
from chassis.tasks import Hint, Stop
from chassis.waking import LOOK_SECONDS
from contracts.envelope import CONTENT_TYPE, SPEC_VERSION

LEADER_LOCK: Final = 7_203_602
BATCH: Final = 1000
ACK_SECONDS: Final = 20.0

log = telemetry.logger(__name__)
published = Counter("frontdoor_events_published", "Events acknowledged by Kafka", ["event_type"])
oldest_unpublished = Gauge("frontdoor_oldest_unpublished_seconds", "Age of the oldest event not yet sent")

_UNPUBLISHED: Final = text(
    """SELECT id, event_id, aggregate, version, topic, key, headers, data, recorded_at
       FROM event WHERE published_at IS NULL ORDER BY id LIMIT :batch"""
)
_DO_NOT_WAIT: Final = text("SET synchronous_commit = off")
_MARK: Final = text("UPDATE event SET published_at = :now WHERE id = ANY(CAST(:ids AS bigint[]))")


class Producer(Protocol):
    """What the relay needs of a Kafka producer."""

    async def send(
        self, topic: str, value: bytes, key: bytes, *, headers: Sequence[tuple[str, bytes]]
    ) -> asyncio.Future[Any]: ...

    async def stop(self) -> None: ...


class Relay:
    """Contract.

    - Every row of ``event`` is sent at least once, and rows of one aggregate in the order of their versions.
    - A row is marked only after the broker acknowledged it under ``acks=all``; a crash in between sends it again.
    - It does not wait until a mark is on the disk: a server that loses its last marks has them sent again, in order.
    - It MUST NOT read by a watermark (``id > last``): ids are taken before commits, so a lower id can appear after
      the watermark has passed it and would never be sent. It reads what is unmarked, every time.
    - There MUST be one leader per database: two senders could each hold one of two events of one aggregate. The
      leader's lock belongs to the connection that also reads and marks, so an instance that loses it can mark nothing.
    - Any producer error ends ``run`` by raising; the process ends with it and a new one takes over. A producer that
      failed may still send what it had buffered; readers drop such late copies by version.
    """

    def __init__(
        self,
        db: Database,
        start_producer: Callable[[], Awaitable[Producer]],
        clock: Clock,
        *,
        hint: Hint,
    ) -> None:
        self._db = db
        self._start_producer = start_producer
        self._clock = clock
        self._hint = hint

    async def run(self, stop: Stop) -> None:
        """Lead when possible, until asked to stop. Raises on any failure."""
        await lead(self._db, self._lead, lock=LEADER_LOCK, stop=stop)

    async def _lead(self, connection: AsyncConnection, stop: Stop) -> None:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(_DO_NOT_WAIT)
        producer = await self._start_producer()
        try:
            log.info("relay leads")
            while not stop.is_set():
                if await self.send_batch(connection, producer) < BATCH:
                    await self._hint.wait(stop, LOOK_SECONDS)
        finally:
            await stop_client(producer)

    async def send_batch(self, connection: AsyncConnection, producer: Producer) -> int:
        """Send what is unmarked, wait for every acknowledgement, mark it. Returns how many.

        The connection MUST commit each statement by itself: no transaction is open while the network is used.
        """
        rows = (await connection.execute(_UNPUBLISHED, {"batch": BATCH})).all()
        if not rows:
            oldest_unpublished.set(0)
            return 0
        now = self._clock.now()
        oldest_unpublished.set((now - rows[0].recorded_at).total_seconds())
        await within(ACK_SECONDS, _send_all(producer, rows), what="waiting for acknowledgements")
        await connection.execute(_MARK, {"now": now, "ids": [row.id for row in rows]})
        for row in rows:
            published.labels(row.headers.get("ce_type")).inc()
        return len(rows)


async def _send_all(producer: Producer, rows: Sequence[Row[Any]]) -> None:
    """Hand over every row in order first, then wait: awaiting each send alone is an order of magnitude slower."""
    sent = [await producer.send(row.topic, row.data, row.key, headers=headers_of(row)) for row in rows]
    await asyncio.gather(*sent)


def headers_of(row: Row[Any]) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a row: what was stored with it, what its own columns say, and the trace so far."""
    headers: dict[str, str] = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": str(row.event_id),
        "ce_subject": row.aggregate,
        "ce_sequence": str(row.version),
        "content-type": CONTENT_TYPE,
        **row.headers,
    }
    stored = headers.get("traceparent")
    if stored is not None:
        with telemetry.span(f"publish {headers['ce_type']}", kind="producer", traceparent=stored, topic=row.topic):
            headers["traceparent"] = telemetry.current_traceparent() or stored
    return [(name, value.encode()) for name, value in headers.items()]

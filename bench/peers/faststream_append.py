"""The plainest consumer: FastStream, one row and one commit for each message. No versions, no order, no tree."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import asyncpg
import uvloop
from faststream import AckPolicy, Context, ContextRepo, FastStream
from faststream.kafka import KafkaBroker

TOPIC: Final = "bench-peer.v1"
TABLES: Final = "CREATE TABLE bench_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb NOT NULL)"

broker = KafkaBroker(os.environ.get("KAFKA", ""), logger=None)


@asynccontextmanager
async def _lifespan(context: ContextRepo) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=10) as pool:
        context.set_global("pool", pool)
        yield


@broker.subscriber(TOPIC, group_id="bench-peer", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR)
async def append(body: dict[str, Any], pool: Annotated[Any, Context()]) -> None:
    """Write the message and commit; FastStream then commits its offset."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO bench_entry (body) VALUES ($1)", json.dumps(body))


if __name__ == "__main__":
    uvloop.run(FastStream(broker, lifespan=_lifespan, logger=None).run())

"""Where reading goes on: positions are in the database, whatever Kafka remembers."""

from collections.abc import Mapping
from typing import Final

from aiokafka import TopicPartition
from sqlalchemy import text

from chassis.db import Transaction

_START: Final = text(
    """INSERT INTO position (topic, partition, next_offset)
       SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]), CAST(:starts AS bigint[]))
       ON CONFLICT DO NOTHING"""
)
_POSITIONS: Final = text(
    "SELECT topic, partition, next_offset FROM position WHERE topic = ANY(CAST(:topics AS text[]))"
)
_REWIND: Final = text(
    "UPDATE position SET next_offset = :start WHERE topic = :topic AND partition = :partition AND next_offset = :beyond"
)


async def starting(
    tx: Transaction, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Stored positions; new partitions start at the beginning.

    A position outside the log means that Kafka lost its tail or the topic was made again: reading starts again at
    the beginning and what had taken effect is dropped by version.
    """
    partitions = list(begins)
    starts = {
        "topics": [p.topic for p in partitions],
        "partitions": [p.partition for p in partitions],
        "starts": [begins[p] for p in partitions],
    }
    await tx.execute(_START, starts)
    rows = await tx.execute(_POSITIONS, {"topics": sorted({p.topic for p in partitions})})
    stored = {TopicPartition(topic, partition): offset for topic, partition, offset in rows}
    positions = {p: stored[p] for p in partitions}
    for p, offset in positions.items():
        if not begins[p] <= offset <= ends[p]:
            rewind = {"topic": p.topic, "partition": p.partition, "start": begins[p], "beyond": offset}
            await tx.execute(_REWIND, rewind)
            positions[p] = begins[p]
    return positions

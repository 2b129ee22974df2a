"""Whatever bytes stand in a topic, on a real broker: every record is read, and reading goes on behind it."""

import asyncio
import os
import subprocess
import sys
import uuid

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition

from chassis.delivery.any_records import AnyRecords
from chassis.delivery.kafka import ensure_topics, new_consumer
from contracts.topics import Topic

FOREIGN = """
import asyncio, sys
from aiokafka import AIOKafkaProducer

class NoText(str):
    def encode(self, *_):
        return b"\\xff\\xfe\\x00name"

async def send(servers, topic, compression):
    producer = AIOKafkaProducer(bootstrap_servers=servers, compression_type=compression or None, linger_ms=200)
    await producer.start()
    headers = [(NoText("x"), b"1"), ("ce_type", None), ("ce_type", b"\\xff")]
    sent = [await producer.send(topic, b"v", b"k", partition=0, headers=each) for each in ([], headers, [])]
    await asyncio.gather(*sent)
    await producer.stop()

asyncio.run(send(*sys.argv[1:]))
"""


@pytest.fixture
async def topic(kafka: str) -> str:
    name = f"foreign-{uuid.uuid4()}"
    await ensure_topics(kafka, [Topic(name, frozenset())])
    return name


async def read_all(kafka: str, topic: str, *, count: int) -> list[ConsumerRecord]:
    consumer = new_consumer(kafka, group=f"reader-{uuid.uuid4()}")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        found: list[ConsumerRecord] = []
        while len(found) < count:
            fetched = await consumer.getmany(timeout_ms=500)
            found += [record for records in fetched.values() for record in records]
        return found
    finally:
        await consumer.stop()


@pytest.mark.parametrize("compression", ["", "gzip"])
async def test_a_header_name_that_is_no_text_is_read_and_what_follows_it_too(
    kafka: str, topic: str, compression: str
) -> None:
    plain = {**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"}  # the quick code refuses to write what it cannot read
    program = [sys.executable, "-c", FOREIGN, kafka, topic, compression]
    await asyncio.to_thread(subprocess.run, program, env=plain, check=True, timeout=60)

    before, foreign, after = await read_all(kafka, topic, count=3)

    assert foreign.headers == (("\\xff\\xfe\x00name", b"1"), ("ce_type", None), ("ce_type", b"\xff"))
    assert [(each.offset, each.key, each.value) for each in (before, foreign, after)] == [
        (offset, b"k", b"v") for offset in range(3)
    ]


async def test_what_is_sent_compressed_is_kept_plain_because_readers_may_lack_the_codec(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, compression_type="gzip")
    await producer.start()
    await producer.send_and_wait(topic, b"v" * 10_000, b"k", partition=0)
    await producer.stop()
    codecs: list[int] = []
    unwatched = AnyRecords.next_batch

    def watched(records: AnyRecords) -> object:
        batch = unwatched(records)
        codecs.append(batch.compression_type)
        return batch

    monkeypatch.setattr(AnyRecords, "next_batch", watched)

    [record] = await read_all(kafka, topic, count=1)

    assert record.value == b"v" * 10_000
    assert codecs == [0]

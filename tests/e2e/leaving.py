"""Everything that may leave a service other than an answer to someone entitled, as text to be searched."""

from pathlib import Path

import httpx2
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from local_stack.stack import Stack

FETCH_MILLISECONDS = 500


def logs(folder: Path) -> dict[str, str]:
    """Every log file of the stack, by name."""
    return {path.name: path.read_text(errors="replace") for path in sorted((folder / "logs").iterdir())}


async def metrics(stack: Stack, http: httpx2.AsyncClient) -> dict[str, str]:
    """The metrics of every process, by address."""
    urls = [url for service in stack.services.values() for url in (service.url, service.worker_url)]
    return {url: (await http.get(f"{url}/metrics")).raise_for_status().text for url in urls}


async def messages(bootstrap_servers: str) -> list[str]:
    """Key, headers and value of every message there is, on every topic but Kafka's own."""
    kafka = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    await kafka.start()
    try:
        partitions = await _partitions(bootstrap_servers)
        kafka.assign(partitions)
        await kafka.seek_to_beginning(*partitions)
        return await _to_the_end(kafka, partitions)
    finally:
        await kafka.stop()


async def _partitions(bootstrap_servers: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        topics = [topic for topic in await admin.describe_topics() if not topic["is_internal"]]
        return [TopicPartition(topic["topic"], each["partition"]) for topic in topics for each in topic["partitions"]]
    finally:
        await admin.close()


async def _to_the_end(kafka: AIOKafkaConsumer, partitions: list[TopicPartition]) -> list[str]:
    ends = await kafka.end_offsets(partitions)
    found: list[str] = []
    while [partition for partition in partitions if await kafka.position(partition) < ends[partition]]:
        fetched = await kafka.getmany(timeout_ms=FETCH_MILLISECONDS)
        found.extend(_text(record) for records in fetched.values() for record in records)
    return found


def _text(record: ConsumerRecord) -> str:
    headers = b" ".join(name.encode() + b"=" + value for name, value in record.headers)
    return b" ".join((record.key, headers, record.value)).decode()

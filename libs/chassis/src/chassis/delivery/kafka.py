"""Kafka with every unsafe default of the client made explicit, and a deadline on every call."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, Final, Protocol, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidReplicationFactorError,
    KafkaConnectionError,
    NoError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from chassis.delivery.any_records import accept_any_records
from chassis.delivery.security import PLAIN, Security, refuse_what_cannot_be_opened
from chassis.settings import SettingRefused
from contracts.topics import PARTITIONS, Topic

T = TypeVar("T")

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 3.0
FETCH_WAIT_MS: Final = 2_000
"""The broker answers as soon as there is a record, else after this. It answers a connection's requests one after the
other, so whatever else is asked of it meanwhile waits as long, and MUST have a deadline well beyond it."""
CALL_SECONDS: Final = 10.0
LOOK_AGAIN_SECONDS: Final = 0.1


class KafkaSilent(Exception):
    """Kafka did not answer within a deadline. The client that asked MUST NOT be used again."""


class Stoppable(Protocol):
    """A client that has to be stopped."""

    async def stop(self) -> None: ...


async def within(seconds: float, awaitable: Awaitable[T], *, what: str) -> T:
    """Wait for a client call, but not for ever: several of them never return while a broker is down.

    Raises ``KafkaSilent``. MUST NOT wrap ``getmany``: cancelling it leaks the fetch counter, after which the
    client never notices again that it is silent.
    """
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except TimeoutError as error:
        raise KafkaSilent(f"{what} took longer than {seconds:.0f} s") from error


async def stop_client(client: Stoppable) -> None:
    """Stop a client within ``STOP_SECONDS``, or leave it behind.

    With the broker down ``stop`` may hang or raise ``CancelledError`` into its caller; in a task of its own
    neither reaches us. The process is about to end in every case.
    """
    task = asyncio.ensure_future(client.stop())
    done, _ = await asyncio.wait({task}, timeout=STOP_SECONDS)
    if task not in done:
        task.cancel()
    elif not task.cancelled():
        task.exception()  # retrieved, so that it is not reported as lost; there is nothing left to do about it


async def start_producer(bootstrap_servers: str, security: Security = PLAIN) -> AIOKafkaProducer:
    """A started producer that neither loses nor reorders what it was given, as long as it raises nothing.

    Any error of a send is fatal for it: an idempotent producer may have burnt a sequence number, and its buffered
    batch may still land later. The holder MUST end the process, or at least never use this producer again.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        max_batch_size=262_144,
        max_request_size=1_000_000,
        request_timeout_ms=10_000,
        retry_backoff_ms=100,
        metadata_max_age_ms=60_000,
        **security.options(),
    )
    try:
        await within(START_SECONDS, producer.start(), what="starting the producer")
    except BaseException:
        await stop_client(producer)
        raise
    return producer


def new_consumer(bootstrap_servers: str, *, group: str, security: Security = PLAIN) -> AIOKafkaConsumer:
    """A consumer for assignment only: it never commits by itself, and the truth about positions is elsewhere.

    Range assignment over topics of equal partition counts gives one instance the same partition number of every
    topic, so that everything about one referral is applied by one instance.
    """
    accept_any_records()
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        partition_assignment_strategy=(RangePartitionAssignor,),
        fetch_max_wait_ms=FETCH_WAIT_MS,
        consumer_timeout_ms=FETCH_WAIT_MS,  # the client's own loop looks so often whether there is something to ask
        max_partition_fetch_bytes=1_048_576,
        request_timeout_ms=15_000,  # a join waits for the broker's initial rebalance delay; 3 s never forms a group
        session_timeout_ms=6_000,  # what a killed instance held waits this long for another
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=120_000,
        metadata_max_age_ms=60_000,
        retry_backoff_ms=100,
        **security.options(),
    )


async def ensure_topics(
    bootstrap_servers: str, topics: Iterable[Topic], *, replication: int = 1, security: Security = PLAIN
) -> None:
    """Create the topics that are missing, with the partition count that keeps a referral in one partition.

    They are known when it returns: a broker lists a topic some time after it has said that it was made, and a client
    that subscribes meanwhile fails. Safe to call from several processes at once.

    Raises ``KafkaSilent`` when the broker does not answer, and ``SettingRefused`` when it and we do not believe each
    other, when it does not let us see or make a topic, and when one has another number of partitions.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=15_000, **security.options())
    try:
        await within(START_SECONDS, _connected(admin, bootstrap_servers, security), what="connecting to Kafka")
        existing = await within(CALL_SECONDS, _partitions(admin), what="listing topics")
        missing = [topic for topic in topics if topic.name not in existing]
        for topic in missing:
            await _create(admin, topic, replication, security)
        names = {topic.name for topic in missing}
        existing |= await within(START_SECONDS, _listed(admin, names), what="waiting for new topics")
        _check_partitions({topic.name: existing[topic.name] for topic in topics})
    finally:
        await stop_client(_Closing(admin))


async def _connected(admin: AIOKafkaAdminClient, bootstrap_servers: str, security: Security) -> None:
    try:
        await admin.start()
    except KafkaConnectionError:
        await refuse_what_cannot_be_opened(bootstrap_servers, security)
        raise


async def _partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    """How many partitions each topic has that we may see. Naming topics would have some brokers make them."""
    return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}


async def _create(admin: AIOKafkaAdminClient, topic: Topic, replication: int, security: Security) -> None:
    settings = {
        "min.insync.replicas": str(min(2, replication)),
        "unclean.leader.election.enable": "false",
        "compression.type": "uncompressed",  # the broker unpacks: a reader without the codec could never go on
    }
    new = NewTopic(topic.name, PARTITIONS, replication, topic_configs=settings)
    answer = await within(CALL_SECONDS, admin.create_topics([new]), what="creating a topic")
    for _, code, *_ in answer.topic_errors:
        _check_created(for_code(code), topic, security)


def _check_created(outcome: Any, topic: Topic, security: Security) -> None:
    if outcome in (NoError, TopicAlreadyExistsError):  # another process may have been first
        return
    if outcome in (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):
        raise SettingRefused(
            f"Kafka does not let {security.whom} see topic {topic.name}, nor make it: give it the ACL that it lacks, "
            f"and make the topic with {PARTITIONS} partitions if it is not there"
        )
    if outcome is InvalidReplicationFactorError:
        raise SettingRefused("FRONTDOOR_KAFKA_REPLICATION: there are not so many brokers; lower it, or start more")
    raise outcome(topic.name)


async def _listed(admin: AIOKafkaAdminClient, names: set[str]) -> dict[str, int]:
    """The partitions of these topics, as soon as all of them are listed."""
    found: dict[str, int] = {}
    while not names <= set(found):
        found = await _partitions(admin)
        if not names <= set(found):
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return found


def _check_partitions(found: dict[str, int]) -> None:
    wrong = [f"{name} has {count}" for name, count in sorted(found.items()) if count != PARTITIONS]
    if wrong:
        raise SettingRefused(
            f"Every topic needs {PARTITIONS} partitions, so that a referral stays in order; {', '.join(wrong)}: delete "
            f"each, have it made again, and run `frontdoor republish`"
        )


class _Closing:
    """The admin client says ``close`` where the others say ``stop``."""

    def __init__(self, admin: AIOKafkaAdminClient) -> None:
        self._admin = admin

    async def stop(self) -> None:
        await self._admin.close()

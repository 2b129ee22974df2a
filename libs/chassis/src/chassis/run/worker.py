"""Delivery as a service's worker runs it: topics, relay, consumer and the healing of gaps, wired once for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from chassis.clock import Clock
from chassis.db import Database
from chassis.delivery.consumer import Consumer, Progress
from chassis.delivery.gaps import Healer
from chassis.delivery.gauges import Measure, keep_measuring, nothing_more
from chassis.delivery.kafka import ensure_topics, start_producer
from chassis.delivery.messages import Subscriptions
from chassis.delivery.owners import Owners
from chassis.delivery.relay import Relay
from chassis.ids import Ids
from chassis.settings import ServiceSettings
from chassis.tasks import Stop, Task
from chassis.web.app import Check
from contracts.problems import Unavailable
from contracts.topics import TOPICS


@dataclass(frozen=True)
class Delivery:
    """The worker's tasks, what must work for it to be ready, and the consumer for those who show its progress."""

    tasks: Mapping[str, Task]
    readiness: Mapping[str, Check]
    consumer: Consumer


class NotReading(Unavailable):
    """The consumer has no partitions."""

    slug, title = "not-reading", "Messages are not being read"


class Halted(Unavailable):
    """Too many messages in a row were wrong, and reading waits for an operator."""

    slug, title = "halted", "Reading is halted. `frontdoor consumer status` says why"


def deliver(
    db: Database,
    settings: ServiceSettings,
    subscriptions: Subscriptions,
    *,
    service: str,
    clock: Clock,
    ids: Ids,
    measure: Measure = nothing_more,
) -> Delivery:
    """Wire delivery for one service, which adds what it measures itself. Nothing runs until the tasks do."""
    kafka = settings.kafka_bootstrap_servers
    relay = Relay(db, lambda: start_producer(kafka), clock)
    consumer = Consumer(db, subscriptions, service=service, bootstrap_servers=kafka, clock=clock)
    consumer.applied_hint = relay.hint
    healer = Healer(db, Owners(settings, clock, ids).ask, clock)

    async def relay_task(stop: Stop) -> None:
        await ensure_topics(kafka, TOPICS, replication=settings.kafka_replication)
        await relay.run(stop)

    async def consume_task(stop: Stop) -> None:
        await ensure_topics(kafka, TOPICS, replication=settings.kafka_replication)
        await consumer.run(stop)

    tasks: dict[str, Task] = {
        "relay": relay_task,
        "consumer": consume_task,
        "gaps": healer.run,
        "gauges": partial(keep_measuring, db, clock, of_the_service=measure),
    }
    readiness: dict[str, Check] = {
        "database": db.ping,
        "consumer": partial(_reads, consumer.progress),
        "halted": partial(_goes_on, consumer.progress),
    }
    return Delivery(tasks, readiness, consumer)


async def _reads(progress: Progress) -> None:
    if not progress.assigned:
        raise NotReading


async def _goes_on(progress: Progress) -> None:
    if progress.halted:
        raise Halted

"""Delivery as a service's worker runs it: topics, relay, consumer and the healing of gaps, wired once for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from chassis import db_clock
from chassis.clock import Clock
from chassis.db import Database
from chassis.delivery.consumer import Consumer, Progress
from chassis.delivery.forgetting import Expiry, Forgetting, parked_that_took_effect
from chassis.delivery.gaps import Healer
from chassis.delivery.gauges import Measure, keep_measuring, nothing_more
from chassis.delivery.kafka import ensure_topics, start_producer
from chassis.delivery.messages import Subscriptions
from chassis.delivery.owners import Owners
from chassis.delivery.relay import Relay
from chassis.delivery.security import Security, naming_refusals
from chassis.ids import Ids
from chassis.settings import ServiceSettings
from chassis.tasks import Stop, Task
from chassis.waking import READER, RELAY, UNHURRIED_SECONDS, Wakeups
from chassis.web.app import Check
from contracts.problems import Unavailable
from contracts.topics import TOPICS, Topic


@dataclass(frozen=True)
class Delivery:
    """The worker's tasks, what must work for it to be ready, the consumer for those who show its progress, and what
    wakes the loops of the service's own tasks.
    """

    tasks: Mapping[str, Task]
    readiness: Mapping[str, Check]
    consumer: Consumer
    wakeups: Wakeups


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
    expiries: Sequence[Expiry] = (),
    sending_gathers: float = UNHURRIED_SECONDS,
    reading_gathers: float = UNHURRIED_SECONDS,
) -> Delivery:
    """Wire delivery for one service, which adds what it measures and what it forgets itself.

    Between two batches of events that it sends, or reads, are at least so many seconds.

    Nothing runs until the tasks do.

    Raises ``SettingRefused`` when Kafka's settings name a file that cannot be used; so do the tasks, for what Kafka
    itself refuses. Each asks for the topics that it writes or reads, and needs no right to any other.
    """
    kafka, security = settings.kafka_bootstrap_servers, Security.of(settings)
    wakeups = Wakeups(db, ids)
    relay = Relay(
        db, lambda: start_producer(kafka, security), clock, hint=wakeups.hint(RELAY, gather_seconds=sending_gathers)
    )
    consumer = Consumer(
        db,
        subscriptions,
        service=service,
        bootstrap_servers=kafka,
        clock=clock,
        hint=wakeups.hint(READER, gather_seconds=reading_gathers),
        security=security,
    )
    consumer.applied_hint = wakeups.hint(RELAY).give
    forgetting = Forgetting(db, clock, (parked_that_took_effect(settings.parked_kept_days), *expiries))
    healer = Healer(db, Owners(settings, clock, ids).ask, clock)

    def with_topics(run: Task, topics: Sequence[Topic], doing: str) -> Task:
        async def task(stop: Stop) -> None:
            with naming_refusals(security, doing=f"{doing} {', '.join(topic.name for topic in topics)}"):
                await ensure_topics(kafka, topics, replication=settings.kafka_replication, security=security)
                await run(stop)

        return task

    written = [topic for topic in TOPICS if service in topic.owners]
    tasks: dict[str, Task] = {
        "wakeups": wakeups.run,
        "relay": with_topics(relay.run, written, "write to"),
        "consumer": with_topics(consumer.run, subscriptions.topics, f"read, as group {service},"),
        "gaps": healer.run,
        "forgetting": forgetting.run,
        "gauges": partial(keep_measuring, db, clock, of_the_service=measure),
    }
    readiness: dict[str, Check] = {
        "database": partial(db_clock.answers, db, clock),
        "consumer": partial(_reads, consumer.progress),
        "halted": partial(_goes_on, consumer.progress),
    }
    return Delivery(tasks, readiness, consumer, wakeups)


async def _reads(progress: Progress) -> None:
    if not progress.assigned:
        raise NotReading


async def _goes_on(progress: Progress) -> None:
    if progress.halted:
        raise Halted

"""A service meets a broker with TLS, users and ACLs: what is right works, what is wrong is said in one line."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError

from chassis.clock import SystemClock
from chassis.db import Database
from chassis.delivery.events import Context, record
from chassis.delivery.kafka import ensure_topics, new_consumer, start_producer, stop_client
from chassis.delivery.security import Security
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.run.worker import Delivery, deliver
from chassis.settings import ServiceSettings, SettingRefused
from chassis.tasks import Stop
from chassis.testing.delivery import NOW, Reader, closed
from contracts.topics import PARTITIONS, REFERRAL_INTAKE, TOPICS, TRIAGE, Topic
from frontdoor.doctor.of_certificates import check_certificates, of_kafka
from frontdoor.doctor.of_places import check_kafka
from tests.deploy.rights import SERVICES, Right, rights
from tests.tls.broker import PASSWORD, Broker, allow
from tests.tls.certificates import Authority

WITHIN_SECONDS = 60


def settings(bootstrap_servers: str, **more: Any) -> ServiceSettings:
    return ServiceSettings(
        database_url=more.pop("database_url", "postgresql://nobody@127.0.0.1:1/nothing"),
        kafka_bootstrap_servers=bootstrap_servers,
        oidc_issuer="http://127.0.0.1:1",
        public_url="http://127.0.0.1:1",
        **more,
    )


def as_user(broker: Broker, authority: Authority, user: str, **more: Any) -> ServiceSettings:
    known: dict[str, Any] = {"kafka_security_protocol": "SASL_SSL", "kafka_ca_file": authority.file}
    return settings(broker.users, **known | {"kafka_user": user, "kafka_password": PASSWORD} | more)


@pytest.fixture(scope="module")
async def administrator(broker: Broker) -> AsyncIterator[AIOKafkaAdminClient]:
    """Makes the topics, and each service's rights as production gives them."""
    await ensure_topics(broker.plain, TOPICS)
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.plain)
    await admin.start()
    await allow(admin, rights())
    await allow(admin, [Right("ANONYMOUS", "topic", topic.name, "Describe") for topic in TOPICS])
    yield admin
    await admin.close()


async def refusal(given: ServiceSettings, topics: tuple[Topic, ...] = (TRIAGE,)) -> str:
    """The one line that a worker with these settings ends with."""
    with pytest.raises(SettingRefused) as refused:
        await ensure_topics(given.kafka_bootstrap_servers, topics, security=Security.of(given))
    line = str(refused.value)
    assert "\n" not in line
    assert PASSWORD not in line
    return line


async def test_a_right_authority_lets_us_in_over_tls(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient
) -> None:
    given = as_user(broker, authority, "triage")

    await ensure_topics(broker.users, (TRIAGE,), security=Security.of(given))


async def test_another_authority_is_not_believed(broker: Broker, stranger: Authority) -> None:
    line = await refusal(settings(broker.tls, kafka_security_protocol="SSL", kafka_ca_file=stranger.file))

    assert line.startswith(f"Kafka at {broker.tls}: its certificate is not signed by the authority")


async def test_the_systems_authorities_do_not_know_ours(broker: Broker) -> None:
    line = await refusal(settings(broker.tls, kafka_security_protocol="SSL"))

    assert "not signed by the authority that is believed" in line


async def test_a_certificate_for_another_host_is_not_believed(broker: Broker, authority: Authority) -> None:
    line = await refusal(settings(broker.elsewhere, kafka_security_protocol="SSL", kafka_ca_file=authority.file))

    assert "its certificate is for another name" in line


async def test_a_certificate_that_has_expired_is_said(broker: Broker, authority: Authority) -> None:
    line = await refusal(settings(broker.ended, kafka_security_protocol="SSL", kafka_ca_file=authority.file))

    assert "its certificate has expired: have it renewed" in line


async def test_doctor_says_which_brokers_certificate_expired_and_when(broker: Broker, authority: Authority) -> None:
    given = settings(broker.ended, kafka_security_protocol="SSL", kafka_ca_file=authority.file)

    (finding,) = await check_certificates(of_kafka(given), now=datetime.now(UTC))

    assert finding.check == f"certificate of {broker.ended}"
    assert re.match(r"expired \d+ days ago, at \d{4}-\d\d-\d\d \d\d:\d\d UTC", finding.says)


async def test_a_listener_without_tls_is_not_used(broker: Broker, authority: Authority) -> None:
    line = await refusal(settings(broker.plain, kafka_security_protocol="SSL", kafka_ca_file=authority.file))

    assert "it speaks no TLS" in line
    assert "FRONTDOOR_KAFKA_SECURITY_PROTOCOL is SSL" in line


async def test_a_listener_with_tls_is_named_to_who_speaks_none(broker: Broker) -> None:
    line = await refusal(settings(broker.tls))

    assert line.endswith("it speaks TLS: set FRONTDOOR_KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL")


async def test_a_broker_that_asks_for_our_certificate_gets_it(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient
) -> None:
    ours = authority.issue("triage-client")
    given = settings(
        broker.mutual,
        kafka_security_protocol="SSL",
        kafka_ca_file=authority.file,
        kafka_certificate_file=ours.certificate,
        kafka_key_file=ours.key,
    )
    await allow(administrator, [Right("CN=triage-client", "topic", TRIAGE.name, "Describe")])

    await ensure_topics(broker.mutual, (TRIAGE,), security=Security.of(given))


async def test_a_broker_that_asks_for_our_certificate_and_gets_none_is_said(
    broker: Broker, authority: Authority
) -> None:
    line = await refusal(settings(broker.mutual, kafka_security_protocol="SSL", kafka_ca_file=authority.file))

    assert "it may ask for a certificate of ours" in line


async def test_a_wrong_password_is_said_without_the_password(broker: Broker, authority: Authority) -> None:
    line = await refusal(as_user(broker, authority, "triage", kafka_password="another-word"))

    assert "does not accept the password of user triage" in line
    assert "another-word" not in line


@pytest.mark.parametrize("away", ["127.0.0.1:1", "127.0.0.1:1, [::1]:1", "no-such-host.invalid"])
async def test_a_broker_that_is_away_is_waited_for(authority: Authority, away: str) -> None:
    given = settings(away, kafka_security_protocol="SSL", kafka_ca_file=authority.file)

    with pytest.raises(KafkaConnectionError):
        await ensure_topics(away, (TRIAGE,), security=Security.of(given))


async def test_who_has_no_right_at_all_is_said_which_topic_it_lacks(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient
) -> None:
    line = await refusal(as_user(broker, authority, "nobody"))

    assert line.startswith("Kafka does not let user nobody see topic triage.v1, nor make it")


async def test_a_topic_with_too_few_partitions_is_said(broker: Broker, administrator: AIOKafkaAdminClient) -> None:
    few = Topic(f"few-{uuid.uuid4()}", frozenset())
    await administrator.create_topics([NewTopic(few.name, 3, 1)])

    line = await refusal(settings(broker.plain), (few,))

    assert f"Every topic needs {PARTITIONS} partitions" in line
    assert f"{few.name} has 3" in line


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_its_own_topics_and_no_other(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient, service: str
) -> None:
    security = Security.of(as_user(broker, authority, service))
    for topic in TOPICS:
        producer = await start_producer(broker.users, security)
        try:
            if service in topic.owners:
                await producer.send_and_wait(topic.name, b"{}", b"key")
            else:
                with pytest.raises(TopicAuthorizationFailedError):
                    await producer.send_and_wait(topic.name, b"{}", b"key")
        finally:
            await stop_client(producer)


async def test_nobody_reads_as_the_group_of_another(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient
) -> None:
    security = Security.of(as_user(broker, authority, "triage"))
    consumer = new_consumer(broker.users, group="audit", security=security)
    consumer.subscribe([REFERRAL_INTAKE.name])

    with pytest.raises(Exception, match="audit"):
        await started_and_read(consumer)


async def started_and_read(consumer: AIOKafkaConsumer) -> None:
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            await consumer.start()
            await consumer.getone()
    finally:
        await stop_client(consumer)


@pytest.fixture
async def urls(migrated_database: Callable[[str], Awaitable[DatabaseUrls]]) -> DatabaseUrls:
    return await migrated_database("chassis.testing")


@pytest.fixture
async def db(urls: DatabaseUrls) -> AsyncIterator[Database]:
    made = Database.connect(urls.app_url)
    yield made
    await made.close()


def delivery(db: Database, given: ServiceSettings, service: str) -> Delivery:
    subscriptions = replace(Reader(db).subscriptions, topics=(TRIAGE,))
    return deliver(db, given, subscriptions, service=service, clock=SystemClock(), ids=RandomIds())


async def test_events_cross_encrypted_with_the_rights_of_production(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient, db: Database
) -> None:
    """Triage writes, audit reads, each as the user that it is in production."""
    sending, reading = (delivery(db, as_user(broker, authority, name), name) for name in ("triage", "audit"))
    case, stop = uuid.uuid4(), Stop()
    async with db.transaction() as tx:
        context = Context(source="triage", partnership="wandsworth", now=NOW)
        await record(tx, [closed(case, case)] * 3, context=context)

    tasks = [asyncio.ensure_future(task(stop)) for task in (sending.tasks["relay"], reading.tasks["consumer"])]
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            while len(await Reader(db).effects()) < 3:  # noqa: ASYNC110  # a database cannot be awaited
                await asyncio.sleep(0.05)
    finally:
        stop.set()
        await asyncio.gather(*tasks)

    assert await Reader(db).effects() == [(f"case/{case}", version) for version in (1, 2, 3)]


async def test_a_worker_without_the_right_to_write_is_said_so(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient, db: Database
) -> None:
    """Audit may see and read the topic of triage: the broker refuses only what it sends there."""
    intruder = delivery(db, as_user(broker, authority, "audit"), "triage")
    case = uuid.uuid4()
    async with db.transaction() as tx:
        await record(tx, [closed(case, case)], context=Context(source="triage", partnership="wandsworth", now=NOW))

    with pytest.raises(SettingRefused, match=r"Kafka does not let user audit write to triage\.v1, access\.v1: give"):
        await asyncio.wait_for(intruder.tasks["relay"](Stop()), WITHIN_SECONDS)


async def test_a_worker_without_the_right_to_its_group_is_said_so(
    broker: Broker, authority: Authority, administrator: AIOKafkaAdminClient, db: Database
) -> None:
    intruder = delivery(db, as_user(broker, authority, "audit"), "triage")

    with pytest.raises(SettingRefused, match=r"Kafka does not let user audit read, as group triage, triage\.v1: give"):
        await asyncio.wait_for(intruder.tasks["consumer"](Stop()), WITHIN_SECONDS)


async def test_files_that_hold_no_certificates_are_refused_before_anything_is_asked(
    authority: Authority, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")

    with pytest.raises(SettingRefused, match="FRONTDOOR_KAFKA_CA_FILE: holds no certificate"):
        Security.of(settings("127.0.0.1:1", kafka_security_protocol="SSL", kafka_ca_file=empty))
    with pytest.raises(SettingRefused, match="are no pair"):
        Security.of(
            settings(
                "127.0.0.1:1",
                kafka_security_protocol="SSL",
                kafka_certificate_file=authority.file,
                kafka_key_file=empty,
            )
        )


async def test_the_doctor_sees_the_topics_as_a_service_would_and_says_who_is_not_believed(
    broker: Broker, authority: Authority, stranger: Authority, administrator: AIOKafkaAdminClient
) -> None:
    given = as_user(broker, authority, "audit")
    found = await check_kafka(given)
    (refused,) = await check_kafka(given.model_copy(update={"kafka_ca_file": stranger.file}))

    assert all(finding.good for finding in found)
    assert len(found) == 1 + len(TOPICS)
    assert not refused.good
    assert "\n" not in refused.advice

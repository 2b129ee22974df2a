"""What stands behind the services: databases, Kafka with its topics, and packs."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis import db_clock
from chassis.db import Database
from chassis.delivery.kafka import KafkaSilent, within
from chassis.delivery.security import Security, refuse_what_cannot_be_opened
from chassis.settings import KafkaSettings, SettingRefused
from contracts.topics import PARTITIONS, TOPICS
from frontdoor.doctor.asking import Asker
from frontdoor.doctor.finding import Finding, ok, wrong
from policy.load import PackInvalid, load_packs

SECONDS: Final = 5.0
ENDS_SOON_DAYS: Final = 30
_SERVER_AWAY: Final = "Look at the server, and at the address"


async def check_databases(asker: Asker, urls: Mapping[str, str]) -> list[Finding]:
    """Every database that is named here answers; the services say of their own by being ready. Notes their clocks."""
    return list(await asyncio.gather(*(_database(asker, name, url) for name, url in urls.items())))


async def _database(asker: Asker, service: str, url: str) -> Finding:
    db = Database.connect(url)
    try:
        ours_ahead = await asyncio.wait_for(db_clock.ask(db, asker.clock), SECONDS)
    except Exception as error:  # whatever the driver raises, its text may hold the address with its password
        return wrong(f"database of {service}", f"does not answer ({type(error).__name__})", _SERVER_AWAY)
    finally:
        await db.close()
    asker.clocks[f"database of {service}"] = -ours_ahead
    return ok(f"database of {service}", "answers")


async def check_kafka(settings: KafkaSettings) -> list[Finding]:
    """It answers, and every topic is there with the partitions that keep a referral in one of them."""
    try:
        return await _ask_kafka(settings.kafka_bootstrap_servers, Security.of(settings))
    except SettingRefused as error:
        return [wrong("kafka", "it and this command do not believe each other", str(error))]


async def _ask_kafka(bootstrap_servers: str, security: Security) -> list[Finding]:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it cannot reach is said in the finding
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap_servers, request_timeout_ms=int(SECONDS * 1000), **security.options()
    )
    try:
        await within(SECONDS, admin.start(), what="connecting to Kafka")
        topics = await within(
            SECONDS, admin.describe_topics([topic.name for topic in TOPICS]), what="asking for topics"
        )
    except (KafkaError, KafkaSilent, OSError) as error:
        await refuse_what_cannot_be_opened(bootstrap_servers, security)
        return [wrong("kafka", f"does not answer ({type(error).__name__})", "Look at the broker, and at the address")]
    finally:
        with suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(admin.close(), SECONDS)
    partitions = {one["topic"]: len(one["partitions"]) for one in topics if not one.get("error_code")}
    return [ok("kafka", "answers"), *(_topic(topic.name, partitions.get(topic.name, 0)) for topic in TOPICS)]


def _topic(name: str, partitions: int) -> Finding:
    if not partitions:
        return wrong(f"topic {name}", "is not there", "Restart the worker of its owner, which makes it")
    if partitions != PARTITIONS:
        advice = (
            f"Make it again with {PARTITIONS} and run `frontdoor republish`: with another number one referral's events "
            "are read by several readers"
        )
        return wrong(f"topic {name}", f"has {partitions} partitions", advice)
    return ok(f"topic {name}", f"has {partitions} partitions")


def check_packs(folder: Path, *, now: datetime) -> list[Finding]:
    """The packs can be used, and none ends within thirty days without one that follows."""
    try:
        packs = load_packs(folder)
    except (PackInvalid, OSError) as error:
        mistakes = error.mistakes if isinstance(error, PackInvalid) else ()
        first = f"{mistakes[0]}" if mistakes else "the folder cannot be read"
        return [wrong("packs", f"{max(len(mistakes), 1)} mistakes", f"First: {first}")]
    endings = packs.endings(at=now)
    soon = [
        wrong("packs", "one ends soon or is over", one.advice) for one in endings if one.days_left <= ENDS_SOON_DAYS
    ]
    return soon or [ok("packs", f"{len(endings)} partnerships have one in force for more than {ENDS_SOON_DAYS} days")]

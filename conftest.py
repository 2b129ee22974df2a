"""Fixtures shared by every member's tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from local_stack.kafka import Kafka, KafkaPorts
from local_stack.ports import Ports
from local_stack.waiting import until

pytest_plugins = ["chassis.testing.fixtures", "tests.plans.plugin"]

KAFKA_START_SECONDS = 120

settings.register_profile("any machine", deadline=None)  # a slow machine is not a failing one
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def kafka_server() -> Iterator[Kafka]:
    """A broker of this run's own, which tests may stop and start again."""
    ports = Ports()
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        broker = Kafka(Path(folder), KafkaPorts.taken_from(ports))
        broker.start()
        until("Kafka", broker.ready, timeout_seconds=KAFKA_START_SECONDS, still_possible=broker.alive)
        yield broker
        broker.stop()
    ports.release()


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> str:
    """Bootstrap servers: those in ``KAFKA_BOOTSTRAP_SERVERS``, or the run's own broker."""
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        return named
    broker: Kafka = request.getfixturevalue("kafka_server")
    return broker.address

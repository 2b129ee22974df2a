"""Fixtures shared by every member's tests."""

import gc
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from local_stack.kafka import Kafka, KafkaPorts
from local_stack.ports import Ports
from local_stack.waiting import until

pytest_plugins = ["chassis.testing.fixtures", "tests.few_stacks", "tests.plans.plugin"]

KAFKA_START_SECONDS = 120
YOUNG_OBJECTS = 50_000
"""So many are made before the collector looks for cycles among them."""
LONGEST_FIRST = (
    "tests/chaos/test_campaign.py",
    "tests/bench/test_year.py",
    "tests/browser/test_refer.py",
    "tests/browser/",
    "tests/fuzz/test_api.py",
    "tests/e2e/",
    "deploy/local/tests/test_stack.py",
)
"""Where files begin that take from half a minute up: at the end of a run one worker would be alone with them."""

settings.register_profile("any machine", deadline=None)  # a slow machine is not a failing one
settings.load_profile("any machine")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end, so none of it is garbage, neither meanwhile nor while tests run.

    To look for garbage among it took a seventh of the time of collecting, and a twelfth of that of tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, 20, 20)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests do not depend on their order; how long a run of several workers takes does."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    return next((turn for turn, start in enumerate(LONGEST_FIRST) if nodeid.startswith(start)), len(LONGEST_FIRST))


@pytest.fixture(scope="session")
def kafka_server() -> Iterator[Kafka]:
    """A broker of this run's own, which tests may stop and start again."""
    ports = Ports()
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        broker = Kafka(Path(folder), KafkaPorts.taken_from(ports))
        broker.start()
        until("Kafka", broker.ready, timeout_seconds=KAFKA_START_SECONDS, still_possible=broker.alive)
        yield broker
        broker.child.stop(by=signal.SIGKILL)  # nobody needs what it would write for as long as ten seconds
    ports.release()


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> str:
    """Bootstrap servers: those in ``KAFKA_BOOTSTRAP_SERVERS``, or the run's own broker."""
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        return named
    broker: Kafka = request.getfixturevalue("kafka_server")
    return broker.address

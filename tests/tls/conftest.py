"""The servers of these tests, each started once."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local_stack.ports import Ports
from local_stack.waiting import until
from tests.tls.broker import Broker, secured
from tests.tls.certificates import Authority

START_SECONDS = 120


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Not one of pytest's: another run on this machine would prune those while a server uses them."""
    with TemporaryDirectory(prefix="frontdoor-") as made:
        yield Path(made)


@pytest.fixture(scope="session")
def authority(folder: Path) -> Authority:
    """Whom clients believe."""
    return Authority(folder, "authority")


@pytest.fixture(scope="session")
def stranger(folder: Path) -> Authority:
    """Whom nobody believes."""
    return Authority(folder, "stranger")


@pytest.fixture(scope="session")
def ports() -> Iterator[Ports]:
    taken = Ports()
    yield taken
    taken.release()


@pytest.fixture(scope="session")
def broker(folder: Path, ports: Ports, authority: Authority) -> Iterator[Broker]:
    """Kafka with TLS, users and ACLs."""
    made = secured(folder, ports, authority)
    made.part.start()
    try:
        until("Kafka", made.part.ready, timeout_seconds=START_SECONDS, still_possible=made.part.alive)
        yield made
    finally:
        made.part.stop()

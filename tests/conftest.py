"""The whole stack, started once for all tests that cross services."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from chassis.http_client import HttpClient
from frontdoor.client import SERVICES
from frontdoor.demo.endpoints import register
from frontdoor.demo.world import World
from local_stack.checkout import PARTNERSHIPS_FOLDER
from local_stack.stack import Stack, running
from tests.e2e.collector import Collector, collecting
from tests.e2e.hurried import hurried

CALL_SECONDS = 30.0
NAMED_PARTS = ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "OIDC_ISSUER", "SMTP_URL")
SPANS_LEAVE_AFTER_MILLISECONDS = "200"
FIRST_START_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test needs the stack first also waits for its start, which on a new machine fetches and builds."""
    for item in items:
        if isinstance(item, pytest.Function) and "stack" in item.fixturenames:
            own = item.get_closest_marker("timeout")
            seconds = float(own.args[0] if own else item.config.getini("timeout"))
            item.add_marker(pytest.mark.timeout(seconds + FIRST_START_SECONDS), append=False)


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Takes every span that the services of ``stack`` export."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def stack(collector: Collector) -> Iterator[Stack]:
    """Every part and service, each a process of this run's own, and the agencies' endpoints registered.

    Tests stop and kill parts, so parts that run already are never used, whatever the environment names. A test that
    hurts the stack MUST leave it steady. In one partnership a decision is late within seconds: see ``hurried``.
    """
    with ExitStack() as ending:
        folder = ending.enter_context(TemporaryDirectory(prefix="frontdoor-"))
        with pytest.MonkeyPatch.context() as environment:
            _exporting_to(collector, environment)
            packs = hurried(Path(folder) / "partnerships")
            stack = ending.enter_context(running(Path(folder) / "stack", partnerships=packs))
        asyncio.run(register_endpoints(stack, packs))
        yield stack


def _exporting_to(collector: Collector, environment: pytest.MonkeyPatch) -> None:
    for name in NAMED_PARTS:
        environment.delenv(name, raising=False)
    environment.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    environment.setenv("OTEL_EXPORTER_ZIPKIN_ENDPOINT", collector.url)
    environment.setenv("OTEL_BSP_SCHEDULE_DELAY", SPANS_LEAVE_AFTER_MILLISECONDS)


async def register_endpoints(stack: Stack, packs: Path = PARTNERSHIPS_FOLDER) -> None:
    """Set where the agencies and roles of this stack are."""
    addresses, http = stack.addresses(), HttpClient.connect(timeout_seconds=CALL_SECONDS)
    world = World(
        http=http,
        service_urls={service: addresses[service] for service in SERVICES},
        oidc_issuer=addresses["oidc_issuer"],
        sign_ins=stack.sign_ins,
        agencies_url=addresses["agencies"],
        mail_url=addresses["mail"],
        witness_key=addresses["witness_key"],
    )
    try:
        await register(world.operator(), packs, world.agencies_url)
    finally:
        await http.close()

"""What ends soon: a warning where operators look, long before anything turns red."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.web.health import Health, health_app
from contracts.problems import Unavailable


@dataclass
class Contract:
    """Something that ends."""

    days_left: float
    name: str = "contract:one"
    advice: str = "Renew it."


async def ask(app: FastAPI, path: str = "/health/ready") -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        return await client.get(path)


def watching(*contracts: Contract) -> FastAPI:
    return health_app({}, lambda: contracts)


@pytest.mark.parametrize(
    ("days_left", "warned"), [(inf, False), (32, False), (31, True), (0, True), (-1, True), (-400, True)]
)
async def test_what_ends_within_a_month_is_a_warning_and_never_red(days_left: float, warned: bool) -> None:
    answer = await ask(watching(Contract(days_left)))

    expected = {"status": "ready", "failing": [], "warnings": ["Renew it."] if warned else []}
    assert (answer.status_code, answer.json()) == (200, expected)


async def test_a_warning_stands_beside_what_fails() -> None:
    async def broken() -> None:
        raise Unavailable

    app = watching(Contract(3))
    app.state.health.require("packs", broken)

    answer = await ask(app)

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "failing": ["packs"], "warnings": ["Renew it."]}


@pytest.mark.parametrize("days_left", [inf, 200.0, -3.0])
async def test_the_days_left_are_measured_whenever_somebody_looks(days_left: float) -> None:
    app = watching(Contract(days_left, name=f"contract:{days_left}"))

    metrics = await ask(app, "/metrics")

    assert f'frontdoor_days_left{{of="contract:{days_left}"}}' in metrics.text
    assert REGISTRY.get_sample_value("frontdoor_days_left", {"of": f"contract:{days_left}"}) == days_left


def test_a_warning_is_one_line_in_the_log_a_day_from_the_start_on() -> None:
    contract = Contract(40)

    def endings() -> Sequence[Contract]:
        return [contract]

    with capture_logs() as lines:
        health = Health({})
        health.watch(endings)
        for contract.days_left in (31, 31, 30, 30):
            health.warnings()

    assert [(line["event"], line["check"], line["count"]) for line in lines] == [
        ("something ends soon or is over", "contract:one", 31),
        ("something ends soon or is over", "contract:one", 30),
    ]


def test_what_ends_soon_already_is_logged_when_the_process_begins() -> None:
    with capture_logs() as lines:
        Health({}).watch(lambda: [Contract(5)])

    assert [line["count"] for line in lines] == [5]


async def test_a_scraper_sees_what_the_process_needs_to_be_ready_and_which_of_it_fails() -> None:
    async def broken() -> None:
        raise Unavailable

    async def working() -> None:
        return

    app = health_app({"test-working": working, "test-broken": broken})

    metrics = await ask(app, "/metrics")

    assert 'frontdoor_ready{check="test-working"} 1.0' in metrics.text
    assert 'frontdoor_ready{check="test-broken"} 0.0' in metrics.text

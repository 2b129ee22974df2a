"""``frontdoor flow``: one row for each stage, with the age of the oldest."""

import asyncio
import json
from datetime import UTC, datetime

from fake_services import Command, FakeServices

from chassis.testing.clock import SettableClock
from frontdoor.client import SERVICES
from frontdoor.flow import flow

STAGES = dict(zip(SERVICES, ("accepted", "in-triage", "notices", "logged"), strict=True))


def counted(services: FakeServices) -> None:
    for service, name in STAGES.items():
        stage = {"name": name, "waiting": 3, "since": "2026-11-29T09:55:00Z", "passed": 1204}
        services.on(f"GET {service}/operator/flow", {"stages": [stage]})


def test_stages_are_shown_in_the_order_in_which_a_referral_passes_them(
    command: Command, services: FakeServices
) -> None:
    counted(services)

    result = command("flow", "--json")

    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert [(one["service"], one["name"], one["waiting"]) for one in found] == [
        (service, name, 3) for service, name in STAGES.items()
    ]


def test_the_oldest_is_said_by_its_age(services: FakeServices) -> None:
    counted(services)
    services.on("GET audit/operator/flow", {"stages": [{"name": "logged", "waiting": 0, "since": None, "passed": 9}]})

    (shown,) = asyncio.run(flow(services.caller(), SettableClock(datetime(2026, 11, 29, 12, 0, tzinfo=UTC)))).shown

    ages = list(shown.columns[3].cells)  # type: ignore[union-attr]  # it is a table
    assert ages == ["2 h 05 min"] * 3 + [""]

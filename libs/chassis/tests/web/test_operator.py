"""Where operators are let in, with their role only: every route, the consumer, the flow, the release, its settings."""

from datetime import datetime
from importlib.metadata import version
from typing import Any

import httpx2
import pytest
from operator_app import REASON, SECRET, SETTINGS, app_on
from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery import halts
from chassis.settings import ServiceSettings
from chassis.testing.delivery import NOW
from chassis.testing.signer import Signer
from chassis.web import operator_settings
from chassis.web.operated import Stage
from chassis.web.operator_about import contracts_digest

ROUTES = [
    ("GET", "/operator/parked", None),
    ("POST", "/operator/parked/1/release", REASON),
    ("POST", "/operator/parked/1/discard", REASON),
    ("GET", "/operator/parked/1", None),
    ("POST", "/operator/parked/release", {**REASON, "key": "1"}),
    ("POST", "/operator/parked/discard", {**REASON, "key": "1"}),
    ("GET", "/operator/consumer", None),
    ("POST", "/operator/consumer/resume", REASON),
    ("POST", "/operator/backfill", {**REASON, "type": "case.linked.v1"}),
    ("POST", "/operator/republish-type", {"type": "case.linked.v1"}),
    ("POST", "/operator/republish", {"aggregate": "case/1", "after_version": 0}),
    ("GET", "/operator/heads", None),
    ("POST", "/operator/applied", {"aggregates": ["case/1"]}),
    ("GET", "/operator/delivery", None),
    ("GET", "/operator/flow", None),
    ("GET", "/operator/totals", None),
    ("GET", "/operator/about", None),
    ("GET", "/operator/settings", None),
]
FOR_SERVICES = {"/operator/republish", "/operator/heads", "/operator/applied"}
FOR_AUDITORS = {"/operator/heads"}


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
@pytest.mark.parametrize("role", ["partner", "mash-manager", "auditor", "service"])
async def test_only_operators_and_for_some_the_services_or_auditors_come_in(
    operator: httpx2.AsyncClient, signer: Signer, role: str, method: str, path: str, body: Any
) -> None:
    answer = await operator.request(method, path, json=body, headers=signer.bearer(roles=[role]))

    allowed = (role == "service" and path in FOR_SERVICES) or (role == "auditor" and path in FOR_AUDITORS)
    assert (answer.status_code < 300) if allowed else (answer.status_code == 403)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_nobody_comes_in_without_a_token(operator: httpx2.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await operator.request(method, path, json=body, headers={"Authorization": ""})

    assert answer.status_code == 401


async def test_a_halt_is_shown_with_its_reasons_and_ended_on_record(operator: httpx2.AsyncClient, db: Database) -> None:
    async with db.transaction() as tx:
        await halts.begin(tx, {"Invalid": 49, "KeyError": 2}, now=NOW)
    halted = (await operator.get("/operator/consumer")).json()
    delivery = (await operator.get("/operator/delivery")).json()

    answer = await operator.post("/operator/consumer/resume", json={**REASON, "tolerate": 500})
    again = await operator.post("/operator/consumer/resume", json=REASON)

    assert (halted["halted"], halted["wrong"], halted["reasons"]) == (True, 51, {"Invalid": 49, "KeyError": 2})
    assert delivery["halted"] == 1
    assert (answer.status_code, again.status_code) == (202, 409)
    assert (await operator.get("/operator/consumer")).json()["halted"] is False
    async with db.transaction() as tx:
        recorded = (await tx.execute(text("SELECT headers, convert_from(data, 'UTF8') AS data, key FROM event"))).one()
    assert recorded.headers["ce_type"] == "consumer.resumed.v1"
    assert '"resumed_by":"operator-1"' in recorded.data
    assert '"tolerated":500' in recorded.data
    assert REASON["reason"] not in recorded.data


async def test_the_stages_of_a_service_are_counted_at_its_own_time(db: Database, signer: Signer) -> None:
    async def flow(tx: Transaction, now: datetime) -> list[Stage]:
        assert await tx.scalar(text("SELECT 1")) == 1
        return [Stage(name="in-triage", waiting=2, since=now, passed=5)]

    transport = httpx2.ASGITransport(app_on(db, signer, flow=flow))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get("/operator/flow", headers=signer.bearer(roles=["operator"]))

    since = NOW.isoformat().replace("+00:00", "Z")
    assert answer.json() == {"stages": [{"name": "in-triage", "waiting": 2, "since": since, "passed": 5}]}


async def test_the_release_is_told_with_a_digest_of_its_events(operator: httpx2.AsyncClient) -> None:
    answer = (await operator.get("/operator/about")).json()

    assert (answer["service"], answer["contracts"]) == ("triage", contracts_digest())
    assert answer["version"] == version("frontdoor-chassis")
    assert answer["time"] == NOW.isoformat().replace("+00:00", "Z")


async def test_settings_are_shown_and_no_secret_among_them(operator: httpx2.AsyncClient) -> None:
    answer = await operator.get("/operator/settings")

    settings = answer.json()["settings"]
    assert SECRET not in answer.text
    assert set(settings) == {f"FRONTDOOR_{name.upper()}" for name in ServiceSettings.model_fields}
    assert settings["FRONTDOOR_OIDC_ISSUER"] == "https://sign-in.example.org"
    assert settings["FRONTDOOR_SERVICE_URLS"] == "audit: http://audit:8004"
    assert (settings["FRONTDOOR_HTTP_PORT"], settings["FRONTDOOR_KAFKA_SECURITY_PROTOCOL"]) == ("8000", "SASL_SSL")
    assert settings["FRONTDOOR_DATABASE_URL"] == settings["FRONTDOOR_KAFKA_PASSWORD"] == "(set)"
    assert settings["FRONTDOOR_CLIENT_KEY_FILE"] == settings["FRONTDOOR_KAFKA_CA_FILE"] == "(not set)"


def test_a_setting_that_is_not_listed_shows_only_that_it_is_set() -> None:
    class Later(ServiceSettings):
        something_new: str = SECRET

    shown = operator_settings.shown(Later(**SETTINGS.model_dump()))

    assert shown["FRONTDOOR_SOMETHING_NEW"] == "(set)"

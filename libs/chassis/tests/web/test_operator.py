"""What operators may do: with their role only, with a reason, and without ever seeing content."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery import halts, requests
from chassis.delivery.events import Context, record
from chassis.delivery.republish import PAGE
from chassis.settings import ServiceSettings
from chassis.testing.clock import SettableClock
from chassis.testing.delivery import NOW, Reader, closed, message
from chassis.testing.signer import Signer
from chassis.web import operator_routes, operator_settings
from chassis.web.app import create_app
from chassis.web.operator_about import contracts_digest
from chassis.web.operator_flow import Stage
from contracts.envelope import NO_PARTNERSHIP

SECRET = "s3cr3t-of-nobody"
REASON = {"reason": "The rule was mended in release 12"}
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
SETTINGS = ServiceSettings(
    database_url=f"postgresql://app:{SECRET}@db/x",
    kafka_bootstrap_servers="kafka:9092",
    kafka_security_protocol="SASL_SSL",
    kafka_user="triage",
    kafka_password=SecretStr(SECRET),
    oidc_issuer=f"https://user:{SECRET}@sign-in.example.org/realms/{SECRET}",
    public_url="https://triage.example.org",
    service_urls={"audit": f"http://audit:8004/{SECRET}"},
)
FOR_SERVICES = {"/operator/republish", "/operator/heads", "/operator/applied"}
FOR_AUDITORS = {"/operator/heads"}


@dataclass(frozen=True)
class Place:
    """What the routes stand on."""

    db: Database
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOW))


def app_on(db: Database, signer: Signer, *, may_discard: bool = True) -> FastAPI:
    routes = operator_routes.router(lambda: Place(db), SETTINGS, service="triage", may_discard=may_discard)
    return create_app(title="T", version="1", routers=[routes], verifier=signer.verifier(), readiness={})


@pytest.fixture
async def client(db: Database, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    app = app_on(db, signer)
    headers = signer.bearer(subject="operator-1", roles=["operator"])
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


@pytest.fixture
async def parked(reader: Reader) -> int:
    """The number of a parked message."""
    case_id = uuid.uuid4()
    reader.wrong.add((f"case/{case_id}", 1))
    await reader.apply(message(case_id, 1, referral_id=case_id))
    async with reader.db.transaction() as tx:
        (row,) = await requests.list_parked(tx)
    number: int = row["id"]
    return number


async def asked(db: Database, parked_id: int) -> tuple[Any, ...]:
    async with db.transaction() as tx:
        row = await tx.execute(
            text("SELECT asked, asked_by, asked_reason FROM parked WHERE id = :id"), {"id": parked_id}
        )
        return tuple(row.one())


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
@pytest.mark.parametrize("role", ["partner", "mash-manager", "auditor", "service"])
async def test_only_operators_and_for_some_the_services_or_auditors_come_in(
    client: httpx2.AsyncClient, signer: Signer, role: str, method: str, path: str, body: Any
) -> None:
    answer = await client.request(method, path, json=body, headers=signer.bearer(roles=[role]))

    allowed = (role == "service" and path in FOR_SERVICES) or (role == "auditor" and path in FOR_AUDITORS)
    assert (answer.status_code < 300) if allowed else (answer.status_code == 403)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_nobody_comes_in_without_a_token(client: httpx2.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await client.request(method, path, json=body, headers={"Authorization": ""})

    assert answer.status_code == 401


async def test_parked_messages_are_listed_without_content(client: httpx2.AsyncClient, parked: int) -> None:
    answer = (await client.get("/operator/parked")).json()

    (row,) = answer["parked"]
    assert answer["waiting"] == 1
    assert (row["id"], row["topic"], row["error_class"], row["attempts"]) == (parked, "triage.v1", "Wrong", 1)
    assert row["state"] == "parked"
    assert not {"data", "headers"} & row.keys()


@pytest.mark.parametrize("what", ["release", "discard"])
async def test_an_operators_wish_is_kept_with_who_and_why(
    client: httpx2.AsyncClient, db: Database, parked: int, what: str
) -> None:
    answer = await client.post(f"/operator/parked/{parked}/{what}", json=REASON)

    assert answer.status_code == 202
    assert await asked(db, parked) == (what, "operator-1", REASON["reason"])


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   \n  "}, {"reason": "x" * 1001}, {"reason": None}])
@pytest.mark.parametrize("what", ["release", "discard"])
async def test_without_a_reason_nothing_is_asked(
    client: httpx2.AsyncClient, db: Database, parked: int, what: str, body: Any
) -> None:
    answer = await client.post(f"/operator/parked/{parked}/{what}", json=body)

    assert answer.status_code == 422
    assert await asked(db, parked) == (None, None, None)


async def test_a_second_wish_for_the_same_message_is_a_conflict(client: httpx2.AsyncClient, parked: int) -> None:
    await client.post(f"/operator/parked/{parked}/release", json=REASON)

    answer = await client.post(f"/operator/parked/{parked}/discard", json=REASON)

    assert answer.status_code == 409


@pytest.mark.parametrize(("number", "status"), [(2**63 - 1, 404), (2**63, 422), (0, 422), ("x", 404)])
async def test_a_message_that_is_not_parked_is_not_found(
    client: httpx2.AsyncClient, number: int | str, status: int
) -> None:
    answer = await client.post(f"/operator/parked/{number}/release", json=REASON)

    assert answer.status_code == status


async def test_a_release_takes_effect_and_is_told_to_everybody(
    client: httpx2.AsyncClient, reader: Reader, parked: int
) -> None:
    reader.wrong.clear()
    await client.post(f"/operator/parked/{parked}/release", json=REASON)

    await reader.resolve()

    async with reader.db.transaction() as tx:
        recorded = (await tx.execute(text("SELECT headers ->> 'ce_type', convert_from(data, 'UTF8') FROM event"))).all()
    assert [type_ for type_, _ in recorded] == ["parked.released.v1"]
    assert '"asked_by":"operator-1"' in recorded[0][1]
    assert REASON["reason"] not in recorded[0][1]
    assert (await client.get("/operator/parked")).json() == {"parked": [], "waiting": 0}


async def test_an_aggregate_is_published_again_from_a_version_on(client: httpx2.AsyncClient, db: Database) -> None:
    case_id = uuid.uuid4()
    context = Context(source="triage", partnership="wandsworth", now=NOW)
    async with db.transaction() as tx:
        await record(tx, [closed(case_id, case_id)] * 3, context=context)
        await tx.execute(text("UPDATE event SET published_at = now()"))
    before = (await client.get("/operator/delivery")).json()

    answer = await client.post("/operator/republish", json={"aggregate": f"case/{case_id}", "after_version": 1})

    assert (answer.status_code, answer.json()) == (202, {"events": 2})
    nothing = {"unpublished": 0, "unpublished_since": None, "parked": 0, "halted": 0}
    assert before == nothing
    waiting = {**nothing, "unpublished": 2, "unpublished_since": NOW.isoformat().replace("+00:00", "Z")}
    assert (await client.get("/operator/delivery")).json() == waiting
    assert (await client.get("/operator/heads")).json() == {f"case/{case_id}": 3}
    assert (await client.get("/operator/heads", params={"after": f"case/{case_id}"})).json() == {}


async def test_an_auditor_is_shown_the_versions_of_their_own_partnership(
    client: httpx2.AsyncClient, db: Database, signer: Signer
) -> None:
    ours, theirs, both, nobodys = (uuid.UUID(int=n) for n in (1, 2, 3, 4))
    recorded = {"wandsworth": (ours, both, both), "warwickshire": (theirs, both), NO_PARTNERSHIP: (nobodys,)}
    for partnership, case_ids in recorded.items():
        async with db.transaction() as tx:
            context = Context("triage", partnership, NOW)
            await record(tx, [closed(case_id, case_id) for case_id in case_ids], context=context)

    shown = await client.get("/operator/heads", headers=signer.bearer(roles=["auditor"]))

    assert shown.json() == {f"case/{ours}": 1, f"case/{both}": 2, f"case/{nobodys}": 1}
    everything = {f"case/{ours}": 1, f"case/{theirs}": 1, f"case/{both}": 3, f"case/{nobodys}": 1}
    assert (await client.get("/operator/heads")).json() == everything


@pytest.mark.parametrize(
    "body",
    [
        {"aggregate": "case/\n", "after_version": 0},
        {"aggregate": "case/1", "after_version": -1},
        {"aggregate": "case/1", "after_version": False},
        {"aggregate": "case/1", "after_version": 2**31},
        {"aggregate": "x" * 201, "after_version": 0},
    ],
)
async def test_what_cannot_be_an_aggregate_or_version_is_refused(client: httpx2.AsyncClient, body: Any) -> None:
    assert (await client.post("/operator/republish", json=body)).status_code == 422


async def test_versions_in_effect_are_said_of_the_aggregates_that_are_named(
    client: httpx2.AsyncClient, reader: Reader
) -> None:
    case_id, other = uuid.uuid4(), uuid.uuid4()
    await reader.apply(message(case_id, 1, referral_id=case_id), message(case_id, 2, referral_id=case_id))
    await reader.apply(message(other, 1, referral_id=other))

    named = {"aggregates": [f"case/{case_id}", f"case/{uuid.uuid4()}"]}

    assert (await client.post("/operator/applied", json=named)).json() == {f"case/{case_id}": 2}


async def test_more_aggregates_than_a_page_are_refused(client: httpx2.AsyncClient) -> None:
    named = {"aggregates": [f"case/{number}" for number in range(PAGE + 1)]}

    assert (await client.post("/operator/applied", json=named)).status_code == 422


@asynccontextmanager
async def holding_everything(db: Database, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    """An operator's client of a service that must hold every event."""
    transport = httpx2.ASGITransport(app_on(db, signer, may_discard=False))
    headers = signer.bearer(roles=["operator"])
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


async def test_a_service_that_must_hold_every_event_lets_none_be_given_up(
    db: Database, signer: Signer, parked: int
) -> None:
    async with holding_everything(db, signer) as client:
        one = await client.post(f"/operator/parked/{parked}/discard", json=REASON)
        many = await client.post("/operator/parked/discard", json={**REASON, "all_of_reason": "Wrong"})

    assert (one.status_code, many.status_code) == (409, 409)
    assert await asked(db, parked) == (None, None, None)


async def test_what_is_no_event_can_be_given_up_by_a_service_that_must_hold_every_event(
    db: Database, signer: Signer, reader: Reader, parked: int
) -> None:
    await reader.apply(message(uuid.uuid4(), 1, referral_id=uuid.uuid4(), ce_sequence="many"))
    async with db.transaction() as tx:
        foreign = [row["id"] for row in await requests.list_parked(tx) if row["id"] != parked]

    async with holding_everything(db, signer) as client:
        one = await client.post(f"/operator/parked/{foreign[0]}/discard", json=REASON)

    assert one.status_code == 202
    assert (await asked(db, foreign[0]))[0] == "discard"


async def test_one_message_is_shown_with_all_but_its_content(client: httpx2.AsyncClient, parked: int) -> None:
    shown = (await client.get(f"/operator/parked/{parked}")).json()

    assert (shown["id"], shown["state"], shown["error_class"]) == (parked, "parked", "Wrong")
    assert shown["headers"]["ce_type"] == "case.closed.v1"
    assert "data" not in shown
    assert (await client.get(f"/operator/parked/{parked + 1}")).status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 2),
        ({"state": "parked"}, 1),
        ({"state": "failing"}, 1),
        ({"state": "gap"}, 0),
        ({"reason": "KeyError"}, 1),
        ({"key": "nobody"}, 0),
    ],
)
async def test_the_list_can_be_filtered(
    client: httpx2.AsyncClient, reader: Reader, parked: int, query: dict[str, str], count: int
) -> None:
    case_id = uuid.uuid4()
    reader.broken[(f"case/{case_id}", 1)] = KeyError()
    await reader.apply(message(case_id, 1, referral_id=case_id))

    assert len((await client.get("/operator/parked", params=query)).json()["parked"]) == count


async def test_a_failing_message_is_listed_with_its_place_and_next_try(
    client: httpx2.AsyncClient, reader: Reader
) -> None:
    case_id = uuid.uuid4()
    reader.broken[(f"case/{case_id}", 1)] = KeyError("Mrs Testerley")
    await reader.apply(message(case_id, 1, referral_id=case_id))

    answer = await client.get("/operator/parked")

    (row,) = answer.json()["parked"]
    assert (row["state"], row["error_class"], row["attempts"]) == ("failing", "KeyError", 1)
    assert row["place"].startswith("chassis.testing.delivery:_handle:")
    assert row["next_try_at"] == "2026-11-23T10:00:05Z"
    assert "Testerley" not in answer.text


async def test_a_discard_is_refused_while_an_earlier_version_is_parked_and_says_what_to_do(
    client: httpx2.AsyncClient, reader: Reader
) -> None:
    case_id = uuid.uuid4()
    reader.wrong.add((f"case/{case_id}", 1))
    await reader.apply(*(message(case_id, version, referral_id=case_id) for version in (1, 2)))
    second = (await client.get("/operator/parked", params={"state": "behind"})).json()["parked"][0]["id"]

    refused = await client.post(f"/operator/parked/{second}/discard", json=REASON)
    allowed = await client.post(f"/operator/parked/{second}/discard", json={**REASON, "with_earlier": True})

    assert refused.status_code == 409
    assert "Resolve that first, or discard with the earlier versions" in refused.json()["detail"]
    assert (allowed.status_code, allowed.json()["count"]) == (202, 2)


async def test_many_are_named_in_a_dry_run_and_then_asked_for(
    client: httpx2.AsyncClient, db: Database, parked: int
) -> None:
    body = {**REASON, "all_of_reason": "Wrong"}

    dry = await client.post("/operator/parked/discard", json={**body, "dry_run": True})
    before = await asked(db, parked)
    real = await client.post("/operator/parked/discard", json=body)

    assert (dry.json()["status"], dry.json()["count"]) == ("would be asked", 1)
    assert dry.json()["messages"][0]["id"] == parked
    assert before == (None, None, None)
    assert (real.json()["status"], await asked(db, parked)) == ("asked", ("discard", "operator-1", REASON["reason"]))


@pytest.mark.parametrize("body", [{}, {"all_of_reason": ""}, {"key": "\x00"}, {"key": "x", "dry_run": 1}])
@pytest.mark.parametrize("what", ["release", "discard"])
async def test_many_have_to_be_said(client: httpx2.AsyncClient, what: str, body: Any) -> None:
    assert (await client.post(f"/operator/parked/{what}", json={**REASON, **body})).status_code == 422


async def test_a_halt_is_shown_with_its_reasons_and_ended_on_record(client: httpx2.AsyncClient, db: Database) -> None:
    async with db.transaction() as tx:
        await halts.begin(tx, {"Invalid": 49, "KeyError": 2}, now=NOW)
    halted = (await client.get("/operator/consumer")).json()
    delivery = (await client.get("/operator/delivery")).json()

    answer = await client.post("/operator/consumer/resume", json={**REASON, "tolerate": 500})
    again = await client.post("/operator/consumer/resume", json=REASON)

    assert (halted["halted"], halted["wrong"], halted["reasons"]) == (True, 51, {"Invalid": 49, "KeyError": 2})
    assert delivery["halted"] == 1
    assert (answer.status_code, again.status_code) == (202, 409)
    assert (await client.get("/operator/consumer")).json()["halted"] is False
    async with db.transaction() as tx:
        recorded = (await tx.execute(text("SELECT headers, convert_from(data, 'UTF8') AS data, key FROM event"))).one()
    assert recorded.headers["ce_type"] == "consumer.resumed.v1"
    assert '"resumed_by":"operator-1"' in recorded.data
    assert '"tolerated":500' in recorded.data
    assert REASON["reason"] not in recorded.data


async def test_a_type_is_asked_for_and_published_again_in_stretches(
    client: httpx2.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.delivery.republish.EVENTS_LOOKED_AT", 2)
    case_id = uuid.uuid4()
    context = Context(source="triage", partnership="wandsworth", now=NOW)
    async with db.transaction() as tx:
        await record(tx, [closed(case_id, case_id)] * 3, context=context)
        await tx.execute(text("UPDATE event SET published_at = now()"))
    body = {"type": "case.closed.v1"}

    dry = (await client.post("/operator/republish-type", json={**body, "dry_run": True})).json()
    first = (await client.post("/operator/republish-type", json=body)).json()
    second = (await client.post("/operator/republish-type", json={**body, "after": first["next"]})).json()
    other = (await client.post("/operator/republish-type", json={"type": "case.opened.v1"})).json()
    backfill = await client.post("/operator/backfill", json={**REASON, **body})

    assert (dry, first, second) == ({"events": 2, "next": 2}, {"events": 2, "next": 2}, {"events": 1, "next": None})
    assert other["events"] == 0
    assert (await client.get("/operator/delivery")).json()["unpublished"] == 4  # three again, and what was just asked
    assert backfill.status_code == 202


@pytest.mark.parametrize("act", ["release", "discard"])
async def test_a_dry_run_of_one_message_names_it_and_asks_nobody(
    client: httpx2.AsyncClient, db: Database, parked: int, act: str
) -> None:
    answer = await client.post(f"/operator/parked/{parked}/{act}", json={**REASON, "dry_run": True})

    said = answer.json()
    assert (said["status"], said["count"], [one["id"] for one in said["messages"]]) == ("would be asked", 1, [parked])
    assert await asked(db, parked) == (None, None, None)


async def test_a_dry_run_of_a_message_that_is_not_there_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/operator/parked/77/release", json={**REASON, "dry_run": True})

    assert answer.status_code == 404


async def test_the_stages_of_a_service_are_counted_at_its_own_time(db: Database, signer: Signer) -> None:
    async def flow(tx: Transaction, now: datetime) -> list[Stage]:
        assert await tx.scalar(text("SELECT 1")) == 1
        return [Stage(name="in-triage", waiting=2, since=now, passed=5)]

    routes = operator_routes.router(lambda: Place(db), SETTINGS, service="triage", flow=flow)
    app = create_app(title="T", version="1", routers=[routes], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as http:
        answer = await http.get("/operator/flow", headers=signer.bearer(roles=["operator"]))

    since = NOW.isoformat().replace("+00:00", "Z")
    assert answer.json() == {"stages": [{"name": "in-triage", "waiting": 2, "since": since, "passed": 5}]}


async def test_totals_count_events_by_topic_and_leave_strangers_aggregates_out(
    client: httpx2.AsyncClient, db: Database, reader: Reader
) -> None:
    case_id, stranger = uuid.uuid4(), "nobodys/1"
    async with db.transaction() as tx:
        await record(
            tx, [closed(case_id, case_id)], context=Context(source="triage", partnership="wandsworth", now=NOW)
        )
        await tx.execute(text("INSERT INTO applied (aggregate, version) VALUES ('referral/1', 3), ('referral/2', 4)"))
        await tx.execute(text("INSERT INTO applied (aggregate, version) VALUES (:it, 9)"), {"it": stranger})

    answer = (await client.get("/operator/totals")).json()

    assert answer == {"recorded": {"triage.v1": 1}, "applied": {"referral-intake.v1": 7}}


async def test_the_release_is_told_with_a_digest_of_its_events(client: httpx2.AsyncClient) -> None:
    answer = (await client.get("/operator/about")).json()

    assert (answer["service"], answer["contracts"]) == ("triage", contracts_digest())
    assert answer["version"] == version("frontdoor-chassis")
    assert answer["time"] == NOW.isoformat().replace("+00:00", "Z")


async def test_settings_are_shown_and_no_secret_among_them(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/operator/settings")

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

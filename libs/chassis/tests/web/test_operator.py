"""What operators may do: with their role only, with a reason, and without ever seeing content."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import parking
from chassis.delivery.events import Context, record
from chassis.testing.delivery import NOW, Reader, closed, message
from chassis.testing.signer import Signer
from chassis.web import operator
from chassis.web.app import create_app
from contracts.envelope import NO_PARTNERSHIP

REASON = {"reason": "The rule was mended in release 12"}
ROUTES = [
    ("GET", "/operator/parked", None),
    ("POST", "/operator/parked/1/release", REASON),
    ("POST", "/operator/parked/1/discard", REASON),
    ("POST", "/operator/republish", {"aggregate": "case/1", "after_version": 0}),
    ("GET", "/operator/heads", None),
    ("GET", "/operator/applied", None),
    ("GET", "/operator/delivery", None),
]
FOR_SERVICES = {"/operator/republish", "/operator/heads", "/operator/applied"}
FOR_AUDITORS = {"/operator/heads"}


@pytest.fixture
async def client(db: Database, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(
        title="T", version="1", routers=[operator.router(lambda: db)], verifier=signer.verifier(), readiness={}
    )
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
        (row,) = await parking.list_parked(tx)
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


@pytest.mark.parametrize(("number", "status"), [(2**63 - 1, 404), (2**63, 422), (0, 422), ("x", 422)])
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

    async with reader.db.transaction() as tx:
        await parking.settle_asked(tx, [0], reader.subscriptions, service="triage", now=NOW)

    async with reader.db.transaction() as tx:
        told = (await tx.execute(text("SELECT headers ->> 'ce_type', convert_from(data, 'UTF8') FROM event"))).all()
    assert [type_ for type_, _ in told] == ["parked.released.v1"]
    assert '"asked_by":"operator-1"' in told[0][1]
    assert REASON["reason"] not in told[0][1]
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
    assert before == {"unpublished": 0, "parked": 0}
    assert (await client.get("/operator/delivery")).json() == {"unpublished": 2, "parked": 0}
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


async def test_versions_in_effect_are_told(client: httpx2.AsyncClient, reader: Reader) -> None:
    case_id = uuid.uuid4()
    await reader.apply(message(case_id, 1, referral_id=case_id), message(case_id, 2, referral_id=case_id))

    assert (await client.get("/operator/applied")).json() == {f"case/{case_id}": 2}


async def test_a_service_that_must_hold_everything_lets_nothing_be_given_up(
    db: Database, signer: Signer, parked: int
) -> None:
    router = operator.router(lambda: db, may_discard=False)
    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={})
    headers = signer.bearer(roles=["operator"])
    transport = httpx2.ASGITransport(app)

    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        answer = await client.post(f"/operator/parked/{parked}/discard", json=REASON)

    assert answer.status_code == 409
    assert await asked(db, parked) == (None, None, None)

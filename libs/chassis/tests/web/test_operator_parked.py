"""Operators resolve parked messages: with a reason, on record, and without ever seeing content."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from operator_app import REASON, app_on
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import requests
from chassis.testing.delivery import Reader, message
from chassis.testing.signer import Signer


async def asked(db: Database, parked_id: int) -> tuple[Any, ...]:
    async with db.transaction() as tx:
        row = await tx.execute(
            text("SELECT asked, asked_by, asked_reason FROM parked WHERE id = :id"), {"id": parked_id}
        )
        return tuple(row.one())


# -- one message ------------------------------------------------------------------------------------------------------


async def test_parked_messages_are_listed_without_content(operator: httpx2.AsyncClient, parked: int) -> None:
    answer = (await operator.get("/operator/parked")).json()

    (row,) = answer["parked"]
    assert answer["waiting"] == 1
    assert (row["id"], row["topic"], row["error_class"], row["attempts"]) == (parked, "triage.v1", "Wrong", 1)
    assert row["state"] == "parked"
    assert not {"data", "headers"} & row.keys()


@pytest.mark.parametrize("what", ["release", "discard"])
async def test_an_operators_wish_is_kept_with_who_and_why(
    operator: httpx2.AsyncClient, db: Database, parked: int, what: str
) -> None:
    answer = await operator.post(f"/operator/parked/{parked}/{what}", json=REASON)

    assert answer.status_code == 202
    assert await asked(db, parked) == (what, "operator-1", REASON["reason"])


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   \n  "}, {"reason": "x" * 1001}, {"reason": None}])
@pytest.mark.parametrize("what", ["release", "discard"])
async def test_without_a_reason_nothing_is_asked(
    operator: httpx2.AsyncClient, db: Database, parked: int, what: str, body: Any
) -> None:
    answer = await operator.post(f"/operator/parked/{parked}/{what}", json=body)

    assert answer.status_code == 422
    assert await asked(db, parked) == (None, None, None)


async def test_a_second_wish_for_the_same_message_is_a_conflict(operator: httpx2.AsyncClient, parked: int) -> None:
    await operator.post(f"/operator/parked/{parked}/release", json=REASON)

    answer = await operator.post(f"/operator/parked/{parked}/discard", json=REASON)

    assert answer.status_code == 409


@pytest.mark.parametrize(("number", "status"), [(2**63 - 1, 404), (2**63, 422), (0, 422), ("x", 404)])
async def test_a_message_that_is_not_parked_is_not_found(
    operator: httpx2.AsyncClient, number: int | str, status: int
) -> None:
    answer = await operator.post(f"/operator/parked/{number}/release", json=REASON)

    assert answer.status_code == status


async def test_a_release_takes_effect_and_is_told_to_everybody(
    operator: httpx2.AsyncClient, reader: Reader, parked: int
) -> None:
    reader.wrong.clear()
    await operator.post(f"/operator/parked/{parked}/release", json=REASON)

    await reader.resolve()

    async with reader.db.transaction() as tx:
        recorded = (await tx.execute(text("SELECT headers ->> 'ce_type', convert_from(data, 'UTF8') FROM event"))).all()
    assert [type_ for type_, _ in recorded] == ["parked.released.v1"]
    assert '"asked_by":"operator-1"' in recorded[0][1]
    assert REASON["reason"] not in recorded[0][1]
    assert (await operator.get("/operator/parked")).json() == {"parked": [], "waiting": 0}


async def test_one_message_is_shown_with_all_but_its_content(operator: httpx2.AsyncClient, parked: int) -> None:
    shown = (await operator.get(f"/operator/parked/{parked}")).json()

    assert (shown["id"], shown["state"], shown["error_class"]) == (parked, "parked", "Wrong")
    assert shown["headers"]["ce_type"] == "case.closed.v1"
    assert "data" not in shown
    assert (await operator.get(f"/operator/parked/{parked + 1}")).status_code == 404


async def test_a_failing_message_is_listed_with_its_place_and_next_try(
    operator: httpx2.AsyncClient, reader: Reader
) -> None:
    case_id = uuid.uuid4()
    reader.broken[(f"case/{case_id}", 1)] = KeyError("Mrs Testerley")
    await reader.apply(message(case_id, 1, referral_id=case_id))

    answer = await operator.get("/operator/parked")

    (row,) = answer.json()["parked"]
    assert (row["state"], row["error_class"], row["attempts"]) == ("failing", "KeyError", 1)
    assert row["place"].startswith("chassis.testing.delivery:_handle:")
    assert row["next_try_at"] == "2026-11-23T10:00:05Z"
    assert "Testerley" not in answer.text


async def test_a_discard_is_refused_while_an_earlier_version_is_parked_and_says_what_to_do(
    operator: httpx2.AsyncClient, reader: Reader
) -> None:
    case_id = uuid.uuid4()
    reader.wrong.add((f"case/{case_id}", 1))
    await reader.apply(*(message(case_id, version, referral_id=case_id) for version in (1, 2)))
    second = (await operator.get("/operator/parked", params={"state": "behind"})).json()["parked"][0]["id"]

    refused = await operator.post(f"/operator/parked/{second}/discard", json=REASON)
    allowed = await operator.post(f"/operator/parked/{second}/discard", json={**REASON, "with_earlier": True})

    assert refused.status_code == 409
    assert "Resolve that first, or discard with the earlier versions" in refused.json()["detail"]
    assert (allowed.status_code, allowed.json()["count"]) == (202, 2)


@pytest.mark.parametrize("act", ["release", "discard"])
async def test_a_dry_run_of_one_message_names_it_and_asks_nobody(
    operator: httpx2.AsyncClient, db: Database, parked: int, act: str
) -> None:
    answer = await operator.post(f"/operator/parked/{parked}/{act}", json={**REASON, "dry_run": True})

    said = answer.json()
    assert (said["status"], said["count"], [one["id"] for one in said["messages"]]) == ("would be asked", 1, [parked])
    assert await asked(db, parked) == (None, None, None)


async def test_a_dry_run_of_a_message_that_is_not_there_is_refused(operator: httpx2.AsyncClient) -> None:
    answer = await operator.post("/operator/parked/77/release", json={**REASON, "dry_run": True})

    assert answer.status_code == 404


# -- many -------------------------------------------------------------------------------------------------------------


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
    operator: httpx2.AsyncClient, reader: Reader, parked: int, query: dict[str, str], count: int
) -> None:
    case_id = uuid.uuid4()
    reader.broken[(f"case/{case_id}", 1)] = KeyError()
    await reader.apply(message(case_id, 1, referral_id=case_id))

    assert len((await operator.get("/operator/parked", params=query)).json()["parked"]) == count


async def test_many_are_named_in_a_dry_run_and_then_asked_for(
    operator: httpx2.AsyncClient, db: Database, parked: int
) -> None:
    body = {**REASON, "all_of_reason": "Wrong"}

    dry = await operator.post("/operator/parked/discard", json={**body, "dry_run": True})
    before = await asked(db, parked)
    real = await operator.post("/operator/parked/discard", json=body)

    assert (dry.json()["status"], dry.json()["count"]) == ("would be asked", 1)
    assert dry.json()["messages"][0]["id"] == parked
    assert before == (None, None, None)
    assert (real.json()["status"], await asked(db, parked)) == ("asked", ("discard", "operator-1", REASON["reason"]))


@pytest.mark.parametrize("body", [{}, {"all_of_reason": ""}, {"key": "\x00"}, {"key": "x", "dry_run": 1}])
@pytest.mark.parametrize("what", ["release", "discard"])
async def test_many_have_to_be_said(operator: httpx2.AsyncClient, what: str, body: Any) -> None:
    assert (await operator.post(f"/operator/parked/{what}", json={**REASON, **body})).status_code == 422


# -- a service that must hold every event -----------------------------------------------------------------------------


@asynccontextmanager
async def holding_everything(db: Database, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    """An operator's client of a service that must hold every event."""
    transport = httpx2.ASGITransport(app_on(db, signer, may_discard=False))
    headers = signer.bearer(roles=["operator"])
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as operator:
        yield operator


async def test_a_service_that_must_hold_every_event_lets_none_be_given_up(
    db: Database, signer: Signer, parked: int
) -> None:
    async with holding_everything(db, signer) as operator:
        one = await operator.post(f"/operator/parked/{parked}/discard", json=REASON)
        many = await operator.post("/operator/parked/discard", json={**REASON, "all_of_reason": "Wrong"})

    assert (one.status_code, many.status_code) == (409, 409)
    assert await asked(db, parked) == (None, None, None)


async def test_what_is_no_event_can_be_given_up_by_a_service_that_must_hold_every_event(
    db: Database, signer: Signer, reader: Reader, parked: int
) -> None:
    await reader.apply(message(uuid.uuid4(), 1, referral_id=uuid.uuid4(), ce_sequence="many"))
    async with db.transaction() as tx:
        foreign = [row["id"] for row in await requests.list_parked(tx) if row["id"] != parked]

    async with holding_everything(db, signer) as operator:
        one = await operator.post(f"/operator/parked/{foreign[0]}/discard", json=REASON)

    assert one.status_code == 202
    assert (await asked(db, foreign[0]))[0] == "discard"

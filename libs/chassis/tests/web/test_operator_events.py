"""Operators compare services and have events published again: versions, totals, aggregates and types."""

import uuid
from typing import Any

import httpx2
import pytest
from operator_app import REASON
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery.events import Context, record
from chassis.delivery.republish import PAGE
from chassis.testing.delivery import NOW, Reader, closed, message
from chassis.testing.signer import Signer
from contracts.envelope import NO_PARTNERSHIP


async def test_an_aggregate_is_published_again_from_a_version_on(operator: httpx2.AsyncClient, db: Database) -> None:
    case_id = uuid.uuid4()
    context = Context(source="triage", partnership="wandsworth", now=NOW)
    async with db.transaction() as tx:
        await record(tx, [closed(case_id, case_id)] * 3, context=context)
        await tx.execute(text("UPDATE event SET published_at = now()"))
    before = (await operator.get("/operator/delivery")).json()

    answer = await operator.post("/operator/republish", json={"aggregate": f"case/{case_id}", "after_version": 1})

    assert (answer.status_code, answer.json()) == (202, {"events": 2})
    nothing = {"unpublished": 0, "unpublished_since": None, "parked": 0, "halted": 0}
    assert before == nothing
    waiting = {**nothing, "unpublished": 2, "unpublished_since": NOW.isoformat().replace("+00:00", "Z")}
    assert (await operator.get("/operator/delivery")).json() == waiting
    assert (await operator.get("/operator/heads")).json() == {f"case/{case_id}": 3}
    assert (await operator.get("/operator/heads", params={"after": f"case/{case_id}"})).json() == {}


async def test_an_auditor_is_shown_the_versions_of_their_own_partnership(
    operator: httpx2.AsyncClient, db: Database, signer: Signer
) -> None:
    ours, theirs, both, nobodys = (uuid.UUID(int=n) for n in (1, 2, 3, 4))
    recorded = {"wandsworth": (ours, both, both), "warwickshire": (theirs, both), NO_PARTNERSHIP: (nobodys,)}
    for partnership, case_ids in recorded.items():
        async with db.transaction() as tx:
            context = Context("triage", partnership, NOW)
            await record(tx, [closed(case_id, case_id) for case_id in case_ids], context=context)

    shown = await operator.get("/operator/heads", headers=signer.bearer(roles=["auditor"]))

    assert shown.json() == {f"case/{ours}": 1, f"case/{both}": 2, f"case/{nobodys}": 1}
    everything = {f"case/{ours}": 1, f"case/{theirs}": 1, f"case/{both}": 3, f"case/{nobodys}": 1}
    assert (await operator.get("/operator/heads")).json() == everything


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
async def test_what_cannot_be_an_aggregate_or_version_is_refused(operator: httpx2.AsyncClient, body: Any) -> None:
    assert (await operator.post("/operator/republish", json=body)).status_code == 422


async def test_versions_in_effect_are_said_of_the_aggregates_that_are_named(
    operator: httpx2.AsyncClient, reader: Reader
) -> None:
    case_id, other = uuid.uuid4(), uuid.uuid4()
    await reader.apply(message(case_id, 1, referral_id=case_id), message(case_id, 2, referral_id=case_id))
    await reader.apply(message(other, 1, referral_id=other))

    named = {"aggregates": [f"case/{case_id}", f"case/{uuid.uuid4()}"]}

    assert (await operator.post("/operator/applied", json=named)).json() == {f"case/{case_id}": 2}


async def test_more_aggregates_than_a_page_are_refused(operator: httpx2.AsyncClient) -> None:
    named = {"aggregates": [f"case/{number}" for number in range(PAGE + 1)]}

    assert (await operator.post("/operator/applied", json=named)).status_code == 422


async def test_a_type_is_asked_for_and_published_again_in_stretches(
    operator: httpx2.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.delivery.republish.EVENTS_LOOKED_AT", 2)
    case_id = uuid.uuid4()
    context = Context(source="triage", partnership="wandsworth", now=NOW)
    async with db.transaction() as tx:
        await record(tx, [closed(case_id, case_id)] * 3, context=context)
        await tx.execute(text("UPDATE event SET published_at = now()"))
    body = {"type": "case.closed.v1"}

    dry = (await operator.post("/operator/republish-type", json={**body, "dry_run": True})).json()
    first = (await operator.post("/operator/republish-type", json=body)).json()
    second = (await operator.post("/operator/republish-type", json={**body, "after": first["next"]})).json()
    other = (await operator.post("/operator/republish-type", json={"type": "case.opened.v1"})).json()
    backfill = await operator.post("/operator/backfill", json={**REASON, **body})

    assert (dry, first, second) == ({"events": 2, "next": 2}, {"events": 2, "next": 2}, {"events": 1, "next": None})
    assert other["events"] == 0
    assert (await operator.get("/operator/delivery")).json()["unpublished"] == 4  # three again, and what was just asked
    assert backfill.status_code == 202


async def test_totals_count_events_by_topic_and_leave_strangers_aggregates_out(
    operator: httpx2.AsyncClient, db: Database, reader: Reader
) -> None:
    case_id, stranger = uuid.uuid4(), "nobodys/1"
    async with db.transaction() as tx:
        await record(
            tx, [closed(case_id, case_id)], context=Context(source="triage", partnership="wandsworth", now=NOW)
        )
        await tx.execute(text("INSERT INTO applied (aggregate, version) VALUES ('referral/1', 3), ('referral/2', 4)"))
        await tx.execute(text("INSERT INTO applied (aggregate, version) VALUES (:it, 9)"), {"it": stranger})

    answer = (await operator.get("/operator/totals")).json()

    assert answer == {"recorded": {"triage.v1": 1}, "applied": {"referral-intake.v1": 7}}

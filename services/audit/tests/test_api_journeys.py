"""Journeys on a real database: every entry of a referral in order, for those who may read it."""

import uuid
from typing import Any

import httpx2
import pytest
from audit_readers import AUDITOR, OPERATOR, DatabaseLog, Looks, fill, read_access_log

from chassis.testing.signer import Signer


async def test_a_journey_is_every_entry_of_a_referral_in_the_order_of_time(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    late = [await database_log.put(each, referral_id) for each in ("referral.received.v1", "case.invented.v7")]
    await fill(database_log, uuid.uuid4(), "case.opened.v1")
    early = await database_log.put("case.closed.v1", referral_id)
    await database_log.as_owner(f"UPDATE pending SET occurred_at = '2026-01-01' WHERE event_id = '{early.event_id}'")
    await database_log.advance()

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))

    entries = answer.json()["entries"]
    assert [entry["event"]["id"] for entry in entries] == [str(each.event_id) for each in (early, *late)]
    assert [entry["leaf_index"] for entry in entries] == [3, 0, 1]


async def test_operators_see_the_steps_of_a_journey_and_nothing_of_what_they_say(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1", "information.answered.v1")

    theirs = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**OPERATOR))
    auditors = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))

    events = [entry["event"] for entry in theirs.json()["entries"]]
    assert [event["type"] for event in events] == ["referral.received.v1", "information.answered.v1"]
    assert "ashcroft-primary" in auditors.text
    assert "ashcroft-primary" not in theirs.text
    assert not any("data" in event for event in events)


@pytest.mark.parametrize(("who", "purpose"), [(AUDITOR, "audit"), (OPERATOR, None)])
async def test_a_journey_is_a_look_that_is_recorded_where_the_referral_is_at_home(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    looks: Looks,
    who: dict[str, Any],
    purpose: str | None,
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1")

    await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**who))

    (look,) = await looks()
    assert (look["type"], look["record"], look["purpose"]) == ("record.accessed.v1", "log-entries", purpose)
    assert (look["actor"], look["referral_id"]) == (who["subject"], str(referral_id))
    assert look["partnership"] == "wandsworth"


async def test_an_entry_whose_text_was_destroyed_is_counted_in_a_journey(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1", "case.opened.v1", "referral.disposed.v1")
    await database_log.as_owner(f"SELECT destroy_entries('{referral_id}', 'Order 7 of the guardian')")

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))

    assert [entry["event"]["type"] for entry in answer.json()["entries"]] == ["referral.disposed.v1"]
    assert answer.json()["destroyed"] == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"roles": ["partner"]}, 403),
        ({"roles": ["social-worker"]}, 403),
        ({**AUDITOR, "partnership": "warwickshire"}, 404),
    ],
)
async def test_a_journey_is_not_for_everybody(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    looks: Looks,
    who: dict[str, Any],
    status: int,
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1")

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**who))

    (look,) = await looks()
    assert (answer.status_code, look["type"]) == (status, "access.denied.v1")


async def test_a_strangers_refused_look_neither_hides_a_referral_nor_makes_it_theirs(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "access.denied.v1", partnership="warwickshire")
    await fill(database_log, referral_id, "referral.received.v1")

    ours = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))
    strangers = signer.bearer(**{**AUDITOR, "partnership": "warwickshire"})
    theirs = await http.get(f"/v1/journeys/{referral_id}", headers=strangers)

    assert {entry["event"]["type"] for entry in ours.json()["entries"]} == {"referral.received.v1", "access.denied.v1"}
    assert theirs.status_code == 404
    assert (await read_access_log(http, signer, referral_id)).status_code == 200


@pytest.mark.parametrize("who", [AUDITOR, OPERATOR])
async def test_a_referral_that_the_log_does_not_know_has_no_journey(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, who: dict[str, Any]
) -> None:
    await database_log.advance()

    answer = await http.get(f"/v1/journeys/{uuid.uuid4()}", headers=signer.bearer(**who))

    assert answer.status_code == 404


async def test_what_belongs_to_no_referral_is_nobodys_journey(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    for partnership in ("wandsworth", "warwickshire"):
        await fill(database_log, uuid.UUID(int=0), "partner.registered.v1", partnership=partnership)

    answer = await http.get(f"/v1/journeys/{uuid.UUID(int=0)}", headers=signer.bearer(**AUDITOR))

    assert answer.status_code == 404

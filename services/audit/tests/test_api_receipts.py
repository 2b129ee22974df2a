"""Disclosure receipts on a real database: each party has what it may see, proven, and nothing that tips it off."""

import json
import uuid
from typing import Any

import httpx2
import pytest
from audit_readers import DatabaseLog, Looks
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.api.receipts import EXAMPLE
from audit.checkpoint import CheckpointSigner
from audit.receipt import verify_receipt
from chassis.testing.signer import Signer

REFERRAL = uuid.UUID("7d1c9a52-0000-4000-8000-000000000001")
SCHOOL = {"roles": ["partner"], "agency": "ashcroft-primary", "subject": "school-1"}
POLICE = {"roles": ["partner"], "agency": "metropolitan-police"}
HEALTH = {"roles": ["agency-representative"], "agency": "st-georges"}
TEAM = {"roles": ["macpt-member"], "agency": "wandsworth-macpt"}
AUDITOR = {"roles": ["auditor"], "agency": "wandsworth-mash"}
GUARDIAN = {"roles": ["caldicott-guardian"], "agency": "wandsworth-mash", "subject": "guardian-1"}
OFFICER = {"roles": ["data-protection-officer"], "agency": "wandsworth-mash"}
STRANGER = {"partnership": "warwickshire"}


async def walk(log: DatabaseLog) -> None:
    """What happens to a referral of the school, of which the police are asked, until it is closed."""
    school = {"agency": "ashcroft-primary"}
    await log.put("referral.received.v1", REFERRAL, source="referral-intake", **school, concern_types=["neglect"])
    await log.put("case.opened.v1", REFERRAL, **school, suggested_rating="red")
    await log.put("information.requested.v1", REFERRAL, agency="metropolitan-police")
    await log.put(
        "information.answered.v1", REFERRAL, agency="metropolitan-police", refusal_ground="live-investigation"
    )
    await log.put("notice.queued.v1", REFERRAL, **school)
    await log.put("notice.withheld.v1", REFERRAL, **school, reason="allegation")
    await log.put("handover.offered.v1", REFERRAL, team="wandsworth-macpt")
    await log.put("case.decided.v1", REFERRAL, **school, outcome="section-47")
    await log.put("record.accessed.v1", REFERRAL, agency="wandsworth-mash", purpose="triage")
    await log.put("record.accessed.v1", REFERRAL, **school, purpose="own-referral")
    await log.put("access.denied.v1", REFERRAL, agency="st-georges", partnership="warwickshire")
    await log.put("case.invented.v7", REFERRAL, **school)
    await log.put("case.closed.v1", REFERRAL, reason="decided")
    await log.advance()


async def ask(
    http: httpx2.AsyncClient, signer: Signer, who: dict[str, Any], purpose: str | None = None, **query: str
) -> httpx2.Response:
    headers = signer.bearer(**who) | ({"Access-Purpose": purpose} if purpose else {})
    return await http.get(f"/v1/receipts/{REFERRAL}", headers=headers, params=query)


def types_in(answer: httpx2.Response) -> list[str]:
    return [json.loads(entry["entry"])["type"] for entry in answer.json()["entries"]]


async def test_a_sender_has_what_it_sent_was_notified_of_and_looked_at(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await walk(database_log)

    answer = await ask(http, signer, SCHOOL)

    assert types_in(answer) == ["referral.received.v1", "notice.queued.v1", "record.accessed.v1"]
    for secret in ("section-47", "live-investigation", "red", "allegation", "wandsworth-mash"):
        assert secret not in answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("who", "types"),
    [
        (POLICE, ["information.requested.v1", "information.answered.v1"]),
        (TEAM, ["handover.offered.v1"]),
    ],
)
async def test_another_party_has_what_concerned_it(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, who: dict[str, Any], types: list[str]
) -> None:
    await walk(database_log)

    assert types_in(await ask(http, signer, who)) == types


async def test_a_person_has_what_became_of_it_and_which_staff_looked(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await walk(database_log)

    answer = await ask(http, signer, OFFICER, "disclosure", **{"for": "person"})

    assert types_in(answer) == ["record.accessed.v1", "case.closed.v1"]
    assert "ashcroft-primary" not in answer.text  # who referred
    assert "metropolitan-police" not in answer.text  # who was asked


async def test_a_person_has_nothing_while_the_case_is_open(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, looks: Looks
) -> None:
    await walk(database_log)
    await database_log.put("case.reopened.v1", REFERRAL)
    await database_log.advance()

    answer = await ask(http, signer, OFFICER, "disclosure", **{"for": "person"})

    (look,) = await looks()
    assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (409, "case-still-open")
    assert look["type"] == "record.accessed.v1"


async def test_a_court_has_everything_that_this_version_knows(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await walk(database_log)

    types = types_in(await ask(http, signer, GUARDIAN, "disclosure", **{"for": "court"}))

    assert len(types) == 12
    assert "case.invented.v7" not in types


async def test_an_auditor_has_everything(database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer) -> None:
    await walk(database_log)

    assert len(types_in(await ask(http, signer, AUDITOR, "audit"))) == 13


@pytest.mark.parametrize(
    ("who", "purpose", "query"),
    [
        (SCHOOL, None, {}),
        (POLICE, None, {}),
        (AUDITOR, "audit", {}),
        (OFFICER, "disclosure", {"for": "person"}),
        (GUARDIAN, "disclosure", {"for": "court"}),
    ],
)
async def test_every_receipt_verifies_alone_and_still_does_when_the_log_has_grown(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    who: dict[str, Any],
    purpose: str | None,
    query: dict[str, str],
) -> None:
    await database_log.append(300)
    await walk(database_log)

    answer = await ask(http, signer, who, purpose, **query)

    await database_log.append(300)
    await database_log.advance()
    report = verify_receipt(answer.content, database_log.signer.verifier_key)
    assert (report.referral_id, report.size, report.entries) == (str(REFERRAL), 313, len(answer.json()["entries"]))


@pytest.mark.parametrize(
    ("who", "purpose", "query", "status", "reason"),
    [
        (HEALTH, None, {}, 404, "relationship"),
        ({**SCHOOL, **STRANGER}, None, {}, 404, "partnership"),
        ({**AUDITOR, **STRANGER}, "audit", {}, 404, "partnership"),
        ({**OFFICER, **STRANGER}, "disclosure", {"for": "court"}, 404, "partnership"),
        (AUDITOR, None, {}, 403, "purpose"),
        (AUDITOR, "disclosure", {"for": "court"}, 403, "role"),
        (OFFICER, "audit", {"for": "person"}, 403, "purpose"),
        (OFFICER, "disclosure", {}, 403, "role"),
        (SCHOOL, "disclosure", {"for": "court"}, 403, "role"),
        ({"roles": ["social-worker"], "agency": "wandsworth-mash"}, "triage", {}, 403, "role"),
        ({"roles": ["operator"], "agency": None, "partnership": None}, None, {}, 403, "role"),
    ],
)
async def test_nobody_else_has_a_receipt_and_that_they_tried_is_recorded(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    looks: Looks,
    who: dict[str, Any],
    purpose: str | None,
    query: dict[str, str],
    status: int,
    reason: str,
) -> None:
    await walk(database_log)

    answer = await ask(http, signer, who, purpose, **query)

    (look,) = await looks()
    assert (answer.status_code, look["type"], look["reason"]) == (status, "access.denied.v1", reason)
    assert look["record"] == "disclosure-receipt"
    assert look["partnership"]


async def test_an_agency_that_is_no_party_is_answered_as_if_there_were_nothing(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await walk(database_log)
    unknown = uuid.uuid4()

    here = await ask(http, signer, HEALTH)
    nowhere = await http.get(f"/v1/receipts/{unknown}", headers=signer.bearer(**HEALTH))

    assert here.status_code == nowhere.status_code == 404
    assert here.json() == nowhere.json()


async def test_a_receipt_is_a_look_that_is_recorded_with_its_purpose(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, looks: Looks
) -> None:
    await walk(database_log)

    await ask(http, signer, GUARDIAN, "disclosure", **{"for": "court"})

    (look,) = await looks()
    assert (look["type"], look["record"], look["purpose"]) == ("record.accessed.v1", "disclosure-receipt", "disclosure")
    assert (look["actor"], look["referral_id"]) == ("guardian-1", str(REFERRAL))


async def test_what_was_destroyed_is_counted_where_the_party_would_have_had_it(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await walk(database_log)
    await database_log.put("referral.disposed.v1", REFERRAL, source="referral-intake")
    await database_log.advance()
    await database_log.as_owner(f"SELECT destroy_entries('{REFERRAL}', 'Order 7 of the guardian')")

    court = await ask(http, signer, GUARDIAN, "disclosure", **{"for": "court"})
    sender = await ask(http, signer, SCHOOL)

    assert types_in(court) == ["referral.disposed.v1"]
    assert court.json()["destroyed"] == 12
    assert sender.status_code == 404  # nothing is left by which it could be known as the sender
    assert verify_receipt(court.content, database_log.signer.verifier_key).destroyed == 12


@pytest.mark.parametrize("query", [{"for": "audit"}, {"for": "agency"}, {"for": "everybody"}])
async def test_a_receipt_is_made_for_a_person_or_a_court_only(
    http: httpx2.AsyncClient, signer: Signer, query: dict[str, str]
) -> None:
    answer = await ask(http, signer, GUARDIAN, "disclosure", **query)

    assert answer.status_code == 422


async def test_a_purpose_that_is_none_is_refused(http: httpx2.AsyncClient, signer: Signer) -> None:
    answer = await ask(http, signer, GUARDIAN, "curiosity", **{"for": "court"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "header:Access-Purpose"


def test_the_example_of_the_documentation_verifies() -> None:
    key = CheckpointSigner("frontdoor.example.org/audit", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier_key

    assert verify_receipt(json.dumps(EXAMPLE).encode(), key).entries == 1

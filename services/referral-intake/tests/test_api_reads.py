"""Reads on a real database: who follows which referral, who reads which document, and what is written down."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from intake_caller import Caller
from intake_examples import form
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from supplement_examples import news, withdrawal

from referral_intake.api.documents import Editions
from referral_intake.api.receipts import PrintableReceipt
from referral_intake.api.status_view import StatusView
from referral_intake.form.supplement import SUPPLEMENT_EXAMPLES, WITHDRAWAL_EXAMPLE, SupplementForm, WithdrawalForm
from referral_intake.supplement_receipt import SupplementReceipt, WithdrawalReceipt

# -- following ------------------------------------------------------------------------------------------------------


async def test_an_agency_follows_its_own_referral_and_the_look_is_written_down(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.get(path)

    assert answer.status_code == 200
    assert answer.json()["status"] == "received"
    assert answer.json()["status_text"] == "We have your referral. Nobody has opened it yet."
    assert answer.json()["looked_at"] is None
    assert [look["type"] for look in await caller.looks()] == ["record.accessed.v1"]


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"agency": "metropolitan-police"}, "relationship"),
        ({"partnership": "warwickshire"}, "partnership"),
        ({"roles": ["social-worker"]}, "role"),
    ],
)
async def test_for_anybody_else_there_is_no_such_referral(caller: Caller, claims: Any, reason: str) -> None:
    path = (await caller.post(form())).headers["location"]

    refused = await caller.get(path, **claims)
    absent = await caller.get("/v1/referrals/00000000-0000-4000-8000-000000000404")

    assert refused.status_code == absent.status_code == 404
    assert refused.content == absent.content
    assert [look["reason"] for look in await caller.looks()] == [reason, "not-found"]


async def test_an_agency_lists_its_own_referrals_newest_first_page_by_page(caller: Caller) -> None:
    for number in range(5):
        await caller.post(form(), key=f"key-{number}")
    await caller.post(form(), key="other", agency="metropolitan-police")

    first = (await caller.get("/v1/referrals?limit=3")).json()
    second = (await caller.get(f"/v1/referrals?limit=3&cursor={first['next']}")).json()

    seen = [item["referral_id"] for item in first["referrals"] + second["referrals"]]
    assert len(seen) == len(set(seen)) == 5
    assert second["next"] is None
    times = [datetime.fromisoformat(item["received_at"]) for item in first["referrals"] + second["referrals"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "////", "MjAyNi0xMS0yMyAx"])
async def test_a_cursor_that_was_never_given_is_refused(caller: Caller, cursor: str) -> None:
    answer = await caller.get(f"/v1/referrals?cursor={cursor}")

    assert answer.status_code == 400


# -- documents ------------------------------------------------------------------------------------------------------


async def test_staff_read_the_stored_bytes_and_can_check_them_against_the_published_commitment(
    caller: Caller,
) -> None:
    path = (await caller.post(form())).headers["location"]
    [row] = await caller.rows("SELECT data FROM event")

    answer = await caller.document(path)

    assert answer.status_code == 200
    assert answer.json()["children"][0]["last_name"] == "Testerley"
    salt = bytes.fromhex(answer.headers["content-salt"])
    published = json.loads(row.data)
    assert sha256(salt + answer.content).hexdigest() == published["content_commitment"]
    assert answer.json()["children"][0]["child_id"] == published["children"][0]["child_id"]
    [look] = await caller.looks()
    assert (look["type"], look["purpose"], look["actor"]) == ("record.accessed.v1", "triage", "worker-1")


@pytest.mark.parametrize(
    ("claims", "status", "reason"),
    [
        ({"roles": ["partner"], "agency": "ashcroft-primary"}, 403, "role"),
        ({"roles": ["auditor"]}, 403, "role"),
        ({"roles": ["service"]}, 403, "role"),
        ({"roles": ["macpt-member"]}, 403, "purpose"),
        ({"roles": ["mash-manager"], "partnership": "warwickshire"}, 404, "partnership"),
    ],
)
async def test_nobody_else_reads_documents_and_the_attempt_is_written_down(
    caller: Caller, claims: Any, status: int, reason: str
) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.document(path, **claims)

    assert answer.status_code == status
    assert "Testerley" not in answer.text
    assert [(look["type"], look["reason"]) for look in await caller.looks()] == [("access.denied.v1", reason)]


async def test_the_child_protection_team_reads_for_child_protection(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.document(path, purpose="child-protection", roles=["macpt-member"], agency="wandsworth-macpt")

    assert answer.status_code == 200


@pytest.mark.parametrize("purpose", [None, "curiosity"])
async def test_a_purpose_must_be_named(caller: Caller, purpose: str | None) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.document(path, purpose=purpose)

    assert answer.status_code == 422
    assert "triage" in answer.json()["errors"][0]["detail"]


# -- editions -------------------------------------------------------------------------------------------------------


async def test_each_edition_is_read_by_its_number_and_the_latest_without_one(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]
    await caller.add(path, news())

    latest, first, second = [await caller.document(path, part=part) for part in ("", "?edition=1", "?edition=2")]

    assert [each.headers["content-edition"] for each in (latest, first, second)] == ["2", "1", "2"]
    assert latest.content == second.content
    assert "history" not in first.json()


@pytest.mark.parametrize(("part", "status"), [("?edition=3", 404), ("?edition=0", 422), ("?edition=40000", 422)])
async def test_an_edition_that_there_is_not_is_not_read(caller: Caller, part: str, status: int) -> None:
    path = (await caller.post(form())).headers["location"]
    await caller.add(path, news())

    answer = await caller.document(path, part=part)

    assert answer.status_code == status
    assert {look["type"] for look in await caller.looks()} <= {"access.denied.v1"}


async def test_staff_see_what_made_each_edition_and_the_look_is_written_down(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]
    await caller.add(path, news())
    await caller.withdraw(path, withdrawal())

    answer = await caller.document(path, part="/editions")

    made = answer.json()["editions"]
    assert [(each["edition"], each["made_by"]) for each in made] == [
        (1, "received"),
        (2, "new-information"),
        (3, "withdrawal"),
    ]
    read = [(await caller.document(path, part=f"?edition={number}")) for number in (1, 2, 3)]
    assert [each.headers["content-commitment"] for each in read] == [each["content_commitment"] for each in made]
    assert (await caller.looks())[0]["record"] == "referral-document"


async def test_nobody_else_sees_what_made_each_edition(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.document(path, part="/editions", roles=["partner"], agency="ashcroft-primary")

    assert answer.status_code == 403
    assert [look["reason"] for look in await caller.looks()] == ["role"]


async def test_a_destroyed_document_is_gone_for_those_who_may_know_and_its_editions_are_still_named(
    caller: Caller, owner: AsyncEngine
) -> None:
    path = (await caller.post(form())).headers["location"]
    async with owner.begin() as tx:
        await tx.execute(text("DELETE FROM document"))
        await tx.execute(text("UPDATE referral SET disposed_at = received_at"))

    gone, elsewhere = await caller.document(path), await caller.document(path, partnership="warwickshire")

    assert (gone.status_code, elsewhere.status_code) == (410, 404)
    assert len((await caller.document(path, part="/editions")).json()["editions"]) == 1
    assert (await caller.get(path)).json()["content_destroyed_at"] is not None


# -- description ----------------------------------------------------------------------------------------------------


async def test_the_openapi_document_describes_every_route_with_an_example(caller: Caller) -> None:
    described = (await caller.http.get("/openapi.json")).json()

    assert described["openapi"].startswith("3.1")
    assert {"/v1/referrals", "/v1/referrals/{referral_id}", "/v1/referrals/{referral_id}/document"} <= set(
        described["paths"]
    )
    assert {"supplements", "withdrawal", "receipt"} <= {path.rpartition("/")[2] for path in described["paths"]}
    assert described["components"]["schemas"]["ReferralForm"]["examples"]
    assert {"202", "400", "409", "413", "422", "503"} <= set(described["paths"]["/v1/referrals"]["post"]["responses"])


@pytest.mark.parametrize(
    "model",
    [
        SupplementForm, WithdrawalForm, SupplementReceipt, WithdrawalReceipt, StatusView, PrintableReceipt, Editions,
    ],
)  # fmt: skip
def test_every_example_of_the_description_is_one(model: type[BaseModel]) -> None:
    examples = model.model_json_schema()["examples"]

    for example in examples:
        assert model.model_validate(example).model_dump(mode="json", exclude_unset=True).keys() == example.keys()
    assert examples


@pytest.mark.parametrize("example", SUPPLEMENT_EXAMPLES[:3])
async def test_the_examples_of_supplements_are_accepted(caller: Caller, example: dict[str, Any]) -> None:
    path = (await caller.post(form())).headers["location"]

    assert (await caller.add(path, example)).status_code == 202


async def test_the_example_of_a_withdrawal_is_accepted(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]

    assert (await caller.withdraw(path, WITHDRAWAL_EXAMPLE)).status_code == 202

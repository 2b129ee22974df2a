"""What a FHIR message says is kept: what was not taken is named, decimals are whole, labels restrict who reads."""

import json
from decimal import Decimal
from typing import Final

import pytest
from fhir_messages import document_of, issues, message, places, send, with_entries
from intake_caller import ADDRESS, Caller


async def test_what_was_not_taken_is_shown_to_sender_and_staff_and_on_the_receipt(caller: Caller) -> None:
    document = with_entries(
        message(patient={"photo": [{"title": "p"}]}), {"resourceType": "CarePlan", "description": "A plan"}
    )
    expected = ["Bundle.entry[2].resource.photo", "Bundle.entry[4].resource"]

    answer = await send(caller, document)

    task = answer.json()["entry"][1]["resource"]
    path = task["output"][0]["valueUrl"].removeprefix(ADDRESS)
    page = await caller.get(f"{path}/receipt", headers={"Accept": "text/html"})
    assert places(answer) == expected
    assert (await caller.get(f"{path}/receipt")).json()["not_taken"] == expected
    assert all(place in page.text for place in expected)
    assert (await document_of(caller, answer))["not_taken"] == expected


async def test_what_was_not_taken_is_still_said_in_later_editions(caller: Caller) -> None:
    answer = await send(caller, message(patient={"photo": [{"title": "p"}]}))
    path = answer.json()["entry"][1]["resource"]["output"][0]["valueUrl"].removeprefix(ADDRESS)
    added = {"kind": "new-information", "referrer": {"name": "Morgan"}, "words": "Something more."}

    accepted = await caller.add(path, added)

    assert accepted.status_code == 202
    assert (await document_of(caller, answer))["edition"] == 2
    assert (await document_of(caller, answer))["not_taken"] == ["Bundle.entry[2].resource.photo"]


async def test_a_referral_that_is_no_message_has_nothing_that_was_not_taken(caller: Caller) -> None:
    receipt = (await caller.post({"children": [{"first_name": "R", "date_of_birth": "2017-05-04"}]})).json()

    assert "not_taken" not in receipt


@pytest.mark.parametrize("digits", ["5.10", "1234567.000", "0.0000001", "1e2", "3456.789"])
async def test_a_decimal_is_kept_digit_for_digit(caller: Caller, digits: str) -> None:
    finding = {"resourceType": "Observation", "code": {"text": "Level"}, "valueQuantity": {"value": 987654}}
    body = json.dumps(with_entries(message(), finding)).replace("987654", digits).encode()

    stored = await document_of(caller, await send(caller, body))

    assert f"Level: {Decimal(digits)}" in stored["concern"]["facts"]


LABEL: Final = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}


async def test_a_restricted_referral_is_read_only_by_those_who_may_read_restricted_ones(caller: Caller) -> None:
    answer = await send(caller, message(patient={"meta": {"security": [LABEL]}}))
    path = answer.json()["entry"][1]["resource"]["output"][0]["valueUrl"].removeprefix(ADDRESS)

    for part in ("", "/editions"):
        refused = await caller.document(path, part=part)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "document-restricted")
    elsewhere = await caller.document(path, partnership="warwickshire")
    allowed = await caller.document(path, roles=["social-worker", "restricted-reader"])
    without_a_role = await caller.document(path, roles=["restricted-reader"])

    assert (elsewhere.status_code, without_a_role.status_code) == (404, 403)
    assert (allowed.status_code, allowed.json()["restricted"]) == (200, True)
    looks = [json.loads(row.data) for row in await caller.rows("SELECT data FROM event WHERE topic = 'access.v1'")]
    assert [look["reason"] for look in looks if "reason" in look].count("restricted") == 2
    assert any("This referral is restricted" in issue["diagnostics"] for issue in issues(answer))


async def test_a_label_that_comes_later_is_never_taken_for_a_repeat(caller: Caller) -> None:
    await send(caller, message())

    answer = await send(caller, message(patient={"meta": {"security": [LABEL]}}))

    assert answer.status_code == 422
    assert issues(answer)[0]["code"] == "duplicate"


async def test_a_restricted_referral_stays_restricted_in_later_editions(caller: Caller) -> None:
    answer = await send(caller, message(patient={"meta": {"security": [LABEL]}}))
    path = answer.json()["entry"][1]["resource"]["output"][0]["valueUrl"].removeprefix(ADDRESS)

    added = await caller.add(path, {"kind": "new-information", "referrer": {"name": "Morgan"}, "words": "More."})

    assert added.status_code == 202
    assert (await caller.document(path)).status_code == 403


async def test_a_label_that_nobody_here_can_keep_is_refused_and_nothing_is_stored(caller: Caller) -> None:
    answer = await send(caller, message(patient={"meta": {"security": [{**LABEL, "code": "X"}]}}))

    assert answer.status_code == 422
    assert (issues(answer)[0]["code"], places(answer)) == ("suppressed", ["Bundle.entry[2].resource.meta.security[0]"])
    assert await caller.count("referral") == 0

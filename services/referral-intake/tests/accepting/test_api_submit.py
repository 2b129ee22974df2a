"""``POST /v1/referrals`` on a real database: receipts, and refusals that say what to do."""

import json
from typing import Any

import pytest
from intake_caller import ADDRESS, Caller
from intake_examples import form

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


# -- receipts -------------------------------------------------------------------------------------------------------


async def test_a_referral_is_answered_with_a_receipt_and_where_to_follow_it(caller: Caller) -> None:
    answer = await caller.post(form())

    receipt = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/referrals/{receipt['referral_id']}" == receipt["links"]["self"]
    assert receipt["reference"].startswith("WAN-")
    assert receipt["status"] == "received"
    assert receipt["received_at"] == "2026-11-23T09:30:00Z"
    assert receipt["decision_expected_by"] == "2026-11-24T17:00:00Z"
    assert "Tuesday 24 November 2026 at 5pm" in receipt["what_happens_next"]
    assert receipt["missing_information"] == []
    assert "emergency_advice" not in receipt


async def test_the_event_says_what_the_pack_and_the_token_say_and_nothing_about_a_person(caller: Caller) -> None:
    receipt = (await caller.post(form())).json()

    [row] = await caller.rows("SELECT headers, data FROM event")
    event = json.loads(row.data)
    assert row.headers["ce_type"] == "referral.received.v1"
    assert (event["agency"], event["source"]) == ("ashcroft-primary", "2A")
    assert event["policy_version"].startswith("wandsworth-")
    assert event["detail_url"] == f"{ADDRESS}/v1/referrals/{receipt['referral_id']}/document"
    for secret in ("Rowan", "Testerley", "2017-05-04", "9990000018", "Invented Street", "Adeyemi", "coat"):
        assert secret not in row.data.decode() + json.dumps(row.headers)


async def test_an_agency_the_pack_does_not_name_may_refer_too(caller: Caller) -> None:
    answer = await caller.post(form(), agency="riverside-youth-club")

    [row] = await caller.rows("SELECT data FROM event")
    assert answer.status_code == 202
    assert json.loads(row.data)["source"] == "10"


async def test_a_receipt_says_on_which_number_to_phone_where_the_pack_has_one(caller: Caller) -> None:
    answer = await caller.post(form(), partnership="warwickshire", agency="hatton-hospital")

    assert "phone the front door team on 01926 414144" in answer.json()["what_happens_next"]


async def test_immediate_danger_is_answered_with_999_and_accepted(caller: Caller) -> None:
    answer = await caller.post(form(immediate_danger=True))

    assert answer.status_code == 202
    assert answer.json()["emergency_advice"].startswith("Call 999 now")
    assert await caller.count("referral") == 1


async def test_what_is_missing_is_listed_in_plain_words(caller: Caller) -> None:
    child = {"first_name": "Rowan", "school": "Ashcroft Primary School", "nhs_number": "9990000019"}

    answer = await caller.post(form(children=[child]))

    assert answer.status_code == 202
    address = {"item": "address", "label": "Where the child lives", "pointers": ["/children/0/addresses"]}
    assert address in answer.json()["missing_information"]
    assert "invalid-nhs-number" in [missing["item"] for missing in answer.json()["missing_information"]]


async def test_the_trace_of_the_request_goes_on_with_the_event(caller: Caller) -> None:
    headers = {"Idempotency-Key": "key-1", "traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}

    await caller.http.post("/v1/referrals", json=form(), headers={**headers, **caller.signer.bearer()})

    [row] = await caller.rows("SELECT headers FROM event")
    assert row.headers["traceparent"].split("-")[1] == TRACE_ID


# -- refusals -------------------------------------------------------------------------------------------------------


async def test_a_refusal_names_each_place_and_what_to_do_and_never_the_value(caller: Caller) -> None:
    secret = "Zebediah-Quince"
    document = form(referrer={"name": secret}, children=[{"first_name": secret}], concern={"opinion": " "})

    answer = await caller.post(document)

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("/not-enough")
    assert [error["pointer"] for error in problem["errors"]] == [
        "/referrer/phone",
        "/children/0/addresses",
        "/concern/facts",
    ]
    assert "999" in problem["detail"]
    assert secret not in answer.text
    assert await caller.count("referral") == 0


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (form(children=[{"nickname": "x"}]), "/children/0"),
        (form(concern={"facts": "x" * 20_001}), "/concern/facts"),
        (form(children=[{"sex": "female"}]), "/children/0/sex"),
    ],
)
async def test_a_field_that_does_not_fit_is_refused_by_its_json_pointer(
    caller: Caller, document: Any, pointer: str
) -> None:
    answer = await caller.post(document)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert answer.json()["detail"].startswith("If a child is in danger now, call 999.")


async def test_nul_is_refused(caller: Caller) -> None:
    answer = await caller.post(form(strengths="a\0b"))

    assert answer.status_code == 422
    assert await caller.count("referral") == 0


async def test_half_a_surrogate_pair_is_refused(caller: Caller) -> None:
    headers = {"Idempotency-Key": "key-1", "Content-Type": "application/json", **caller.signer.bearer()}

    answer = await caller.http.post("/v1/referrals", content=b'{"strengths": "\\ud800"}', headers=headers)

    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("key", [None, "", "two words", "k" * 256])
async def test_a_key_is_needed(caller: Caller, key: str | None) -> None:
    headers = caller.signer.bearer() | ({"Idempotency-Key": key} if key is not None else {})

    answer = await caller.http.post("/v1/referrals", json=form(), headers=headers)

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/idempotency-key-missing")


async def test_without_a_token_nothing_is_taken(caller: Caller) -> None:
    answer = await caller.http.post("/v1/referrals", json=form(), headers={"Idempotency-Key": "key-1"})

    assert answer.status_code == 401
    assert await caller.count("referral") == 0


@pytest.mark.parametrize("role", ["social-worker", "operator", "service", "auditor"])
async def test_only_partner_systems_send_referrals(caller: Caller, role: str) -> None:
    assert (await caller.post(form(), roles=[role])).status_code == 403


async def test_a_partnership_without_a_pack_is_told_so(caller: Caller) -> None:
    answer = await caller.post(form(), partnership="nowhere")

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/partnership-not-served")


@pytest.mark.parametrize(
    ("day", "advice"),
    [
        ("2019-02-29", "Check this: no calendar has this day"),
        ("2026-06-31", "Check this: no calendar has this day"),
        ("0000-01-01", "Check this: no calendar has this day"),
        ("04/05/2017", "Send a date such as 2026-03-02"),
        ("2017-05-04T00:00:00Z", "Send a date such as 2026-03-02"),
    ],
)
async def test_a_date_that_is_refused_is_refused_with_what_is_wrong_with_it(
    caller: Caller, day: str, advice: str
) -> None:
    answer = await caller.post(form(children=[{**form()["children"][0], "date_of_birth": day}]))

    assert answer.json()["errors"] == [{"pointer": "/children/0/date_of_birth", "detail": advice}]

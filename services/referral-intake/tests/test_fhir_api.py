"""``POST /fhir/R4/$process-message`` on a real database: the same acceptance as the other door, in FHIR's words."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from fhir_messages import EXAMPLES, MEDIA_TYPE, PATH, document_of, issues, load, message, places, send, with_entries
from intake_caller import ADDRESS, Caller

from chassis.run.service import Service
from referral_intake.model import Rates

REQUEST_ID = "2f9d6a0e-4f57-4f0f-8f0c-8f3d7b6f1e55"


# -- answers --------------------------------------------------------------------------------------------------------


async def test_a_message_is_answered_with_a_message_that_names_it(caller: Caller) -> None:
    answer = await send(caller, message())

    header, task, outcome = (entry["resource"] for entry in answer.json()["entry"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert header["response"]["identifier"] == "6b8e4a52-0c5d-4f38-9d9c-0f6f1a010001"
    assert header["response"]["code"] == "ok"
    assert header["eventCoding"]["code"] == "servicerequest-response"
    assert task["identifier"][0]["value"].startswith("WAN-")
    assert task["restriction"]["period"]["end"] == "2026-11-24T17:00:00+00:00"
    assert outcome["issue"][0]["severity"] == "information"
    assert await caller.count("referral") == 1


async def test_the_task_says_where_to_follow_the_referral(caller: Caller) -> None:
    answer = await send(caller, message())

    address = answer.json()["entry"][1]["resource"]["output"][0]["valueUrl"]
    followed = await caller.get(address.removeprefix(ADDRESS))
    assert followed.status_code == 200
    assert followed.json()["reference"] == answer.json()["entry"][1]["resource"]["identifier"][0]["value"]


async def test_what_is_missing_is_listed_by_its_code(caller: Caller) -> None:
    answer = await send(caller, message())

    codes = [coding["code"] for issue in issues(answer) for coding in issue.get("details", {}).get("coding", ())]
    assert {"ethnicity", "school", "household"} <= set(codes)


async def test_an_emergency_is_answered_with_999_first_and_accepted(caller: Caller) -> None:
    answer = await send(caller, message(request={"priority": "stat"}))

    assert answer.status_code == 200
    assert issues(answer)[0]["severity"] == "warning"
    assert issues(answer)[0]["diagnostics"].startswith("Call 999 now")


async def test_both_doors_store_the_same_referral_for_the_same_words(caller: Caller) -> None:
    said = {
        "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
        "children": [
            {
                "first_name": "Rowan",
                "last_name": "Testerley",
                "date_of_birth": "2017-05-04",
                "sex": "M",
                "nhs_number": "9990000018",
                "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB", "kind": "home"}],
            }
        ],
        "concern": {
            "types": ["neglect"],
            "facts": "Rowan had no coat on three cold mornings and says that he gets himself up.",
        },
    }

    through_fhir = await document_of(caller, await send(caller, message()))
    receipt = (await caller.post(said)).json()
    through_json = (await caller.document(f"/v1/referrals/{receipt['referral_id']}")).json()

    assert _words(through_fhir) == _words(through_json)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_every_example_is_accepted(caller: Caller, path: Path) -> None:
    answer = await send(caller, load(path))

    assert answer.status_code == 200
    assert await caller.count("referral") == 1
    assert not [issue for issue in issues(answer) if issue["severity"] == "error"]


@pytest.mark.parametrize("sent", ["application/fhir+json; version=1.4.0", "application/json", "Application/FHIR+JSON"])
async def test_fhir_is_json_by_either_name(caller: Caller, sent: str) -> None:
    answer = await send(caller, message(), headers={"Content-Type": sent, "Accept": "text/html, */*;q=0.1"})

    assert answer.status_code == 200


async def test_the_manners_of_the_nhs_are_kept(caller: Caller) -> None:
    asked = {"X-Request-Id": REQUEST_ID, "X-Correlation-Id": "corr-1", "NHSD-Target-Identifier": "ignored"}

    answer = await send(caller, message(), headers=asked)

    assert answer.headers["x-request-id"] == REQUEST_ID
    assert answer.headers["x-correlation-id"] == "corr-1"


# -- what was not taken ----------------------------------------------------------------------------------------------


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


async def test_the_death_of_a_child_asks_how_it_died(caller: Caller) -> None:
    answer = await send(caller, message(patient={"deceasedDateTime": "2026-11-22"}))

    codes = [coding["code"] for issue in issues(answer) for coding in issue.get("details", {}).get("coding", ())]
    assert "circumstances-of-death" in codes


# -- repeats --------------------------------------------------------------------------------------------------------


async def test_the_same_message_sent_again_is_given_the_same_answer(caller: Caller) -> None:
    first = await send(caller, message())

    second = await send(caller, message())

    assert second.status_code == 200
    assert second.content == first.content
    assert await caller.count("referral") == 1


async def test_another_referral_under_the_ids_of_a_message_is_refused(caller: Caller) -> None:
    await send(caller, message())

    answer = await send(caller, message(patient={"birthDate": "2018-01-01"}))

    assert answer.status_code == 422
    assert (issues(answer)[0]["code"], places(answer)) == ("duplicate", ["Bundle.id"])
    assert await caller.count("referral") == 1


async def test_another_referral_under_a_key_of_the_senders_own_is_refused(caller: Caller) -> None:
    await send(caller, message(), headers={"Idempotency-Key": "own-key"})

    answer = await send(caller, message(patient={"birthDate": "2018-01-01"}), headers={"Idempotency-Key": "own-key"})

    assert answer.status_code == 422
    assert "new key" in issues(answer)[0]["diagnostics"]


@pytest.mark.parametrize("change", [{"id": "another"}, {"identifier": {"value": "another"}}])
async def test_a_message_in_another_envelope_is_another_message(caller: Caller, change: dict[str, Any]) -> None:
    await send(caller, message())

    answer = await send(caller, {**message(), **change})

    assert answer.status_code == 200
    assert await caller.count("referral") == 2


async def test_a_key_of_the_senders_own_decides_when_there_is_one(caller: Caller) -> None:
    first = await send(caller, message(), headers={"Idempotency-Key": "own-key"})

    second = await send(caller, {**message(), "id": "another"}, headers={"Idempotency-Key": "own-key"})

    assert second.content == first.content
    assert await caller.count("referral") == 1


async def test_a_likely_repeat_is_accepted_and_said(caller: Caller) -> None:
    first = await send(caller, message())

    second = await send(caller, {**message(), "id": "another"})

    reference = first.json()["entry"][1]["resource"]["identifier"][0]["value"]
    assert any(reference in issue["diagnostics"] for issue in issues(second))


# -- refusals -------------------------------------------------------------------------------------------------------


async def test_a_refusal_points_into_the_senders_bundle_and_never_repeats_it(caller: Caller) -> None:
    secret = "Zebediah-Quince"
    document = message(
        patient={"name": [{"family": secret}], "birthDate": None, "address": None, "identifier": None},
        who={"telecom": None, "name": [{"text": secret}]},
        request={"reasonCode": None},
    )

    answer = await send(caller, document)

    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert {issue["code"] for issue in issues(answer)} == {"business-rule"}
    assert places(answer) == [
        "Bundle.entry[3].resource.telecom",
        "Bundle.entry[2].resource.address",
        "Bundle.entry[1].resource.reasonCode",
    ]
    assert secret not in answer.text
    assert await caller.count("referral") == 0


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "application/fhir+xml"}, 415, "SEND_UNSUPPORTED_MEDIA_TYPE"),
        ({"Content-Type": ""}, 415, "SEND_UNSUPPORTED_MEDIA_TYPE"),
        ({"Accept": "application/fhir+xml"}, 406, "SEND_NOT_ACCEPTABLE"),
        ({"Idempotency-Key": "two words"}, 400, "SEND_BAD_REQUEST"),
    ],
)
async def test_what_the_headers_ask_for_is_refused_as_an_outcome(
    caller: Caller, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await send(caller, message(), headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert issues(answer)[0]["details"]["coding"][0]["code"] == code


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b'{"a":1,"a":2}', 400), (b"[" * 50 + b"]" * 50, 400), (b" " * 1_048_577, 413)]
)
async def test_what_is_refused_before_the_route_is_an_outcome_too(caller: Caller, body: bytes, status: int) -> None:
    answer = await send(caller, body)

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert issues(answer)[0]["severity"] == "error"


async def test_nobody_is_let_in_without_a_token(caller: Caller) -> None:
    answer = await caller.http.post(PATH, json=message(), headers={"Content-Type": MEDIA_TYPE})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert issues(answer)[0]["code"] == "login"
    assert await caller.count("referral") == 0


@pytest.mark.parametrize("role", ["social-worker", "operator", "agency-representative"])
async def test_only_partner_systems_send_messages(caller: Caller, role: str) -> None:
    answer = await send(caller, message(), roles=[role])

    assert answer.status_code == 403
    assert issues(answer)[0]["details"]["coding"][0]["code"] == "SEND_FORBIDDEN"


async def test_a_partnership_without_a_pack_is_told_so(caller: Caller) -> None:
    answer = await send(caller, message(), partnership="nowhere")

    assert answer.status_code == 403
    assert "999" in issues(answer)[0]["diagnostics"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/fhir/R4/Patient/1", 404), ("GET", PATH, 405)])
async def test_what_there_is_not_is_an_outcome(caller: Caller, method: str, path: str, status: int) -> None:
    answer = await caller.http.request(method, path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_other_doors_keep_their_own_problems(caller: Caller) -> None:
    answer = await caller.http.get("/v1/referrals")

    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_partner_over_its_limit_is_told_when_to_come_back_and_an_emergency_is_taken(
    caller: Caller, service: Service
) -> None:
    standing = service.app.state.dependencies.standing
    standing.everybody = Rates(referrals_per_minute=2, reads_per_minute=2)
    sent = [await send(caller, {**message(), "id": f"message-{number}"}) for number in range(2)]

    limited = await send(caller, {**message(), "id": "message-3"})
    refused = await send(caller, {})
    emergency = await send(caller, {**message(request={"priority": "stat"}), "id": "message-4"})

    assert [answer.status_code for answer in (*sent, limited, refused, emergency)] == [200, 200, 429, 429, 200]
    assert int(limited.headers["retry-after"]) > 0
    assert issues(limited)[0]["code"] == "throttled"
    assert emergency.headers["ratelimit-remaining"] == "0"


async def test_a_database_that_is_away_is_an_outcome_that_says_to_try_again(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> object:
        raise ConnectionError

    monkeypatch.setattr("referral_intake.accepting.handlers.accept", away)

    answer = await send(caller, message())

    assert answer.status_code == 503
    assert issues(answer)[0]["code"] == "transient"
    assert issues(answer)[0]["details"]["coding"][0]["code"] == "REC_SERVICE_UNAVAILABLE"


def _words(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what is made again for each referral."""
    minted = ("referral_id", "reference", "received_at", "edition")
    return {
        **{name: value for name, value in document.items() if name not in (*minted, "children")},
        "children": [{k: v for k, v in child.items() if k != "child_id"} for child in document["children"]],
    }

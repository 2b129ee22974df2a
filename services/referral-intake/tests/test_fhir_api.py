"""``POST /fhir/R4/$process-message`` on a real database: the same acceptance as the other door, in FHIR's words."""

from pathlib import Path
from typing import Any

import pytest
from fhir_messages import EXAMPLES, MEDIA_TYPE, document_of, issues, load, message, places, send
from intake_caller import ADDRESS, Caller

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


def _words(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what is made again for each referral."""
    minted = ("referral_id", "reference", "received_at", "edition")
    return {
        **{name: value for name, value in document.items() if name not in (*minted, "children")},
        "children": [{k: v for k, v in child.items() if k != "child_id"} for child in document["children"]],
    }

"""``POST …/supplements`` on a real database: what each kind adds, and that nothing said is lost."""

import json
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from intake_caller import Caller, edition, pointers, recorded, sent
from intake_examples import form
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from supplement_examples import (
    QUESTION_ID,
    answer,
    case_closed,
    case_decided,
    case_opened,
    correction,
    id_of,
    new_child,
    news,
    question_asked,
    told,
    withdrawal,
)

# -- each kind ------------------------------------------------------------------------------------------------------


async def test_new_information_makes_a_second_edition_and_a_receipt(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.add(path, news(concern={"types": ["person-posing-risk"], "facts": "Seen at 15:20."}))

    assert response.status_code == 202
    assert response.headers["location"] == path
    told_sender = response.json()
    assert (told_sender["edition"], told_sender["kind"]) == (2, "new-information")
    assert told_sender["what_happens_next"] == "The front door team reads it together with your referral."
    assert "emergency_advice" not in told_sender
    assert told_sender["links"]["self"] == path


async def test_what_was_added_stands_in_the_history_with_who_said_it_and_when(caller: Caller) -> None:
    path = await sent(caller)
    await caller.add(path, news(concern={"types": ["person-posing-risk"], "facts": "Seen at 15:20."}))

    now = await edition(caller, path)

    first, second = now["history"]
    assert (first["edition"], first["kind"], first["referrer"]["name"]) == (1, "received", "Morgan Adeyemi-Clarke")
    assert (second["edition"], second["kind"], second["agency"]) == (2, "new-information", "ashcroft-primary")
    assert second["words"] == "Collected by a stranger today."
    assert second["concern"]["facts"] == "Seen at 15:20."
    assert second["referrer"]["name"] == "Morgan Adeyemi-Clarke"


async def test_what_was_said_is_not_run_together_with_what_is_added(caller: Caller) -> None:
    path = await sent(caller)
    await caller.add(path, news(concern={"types": ["neglect", "fgm"], "facts": "More.", "opinion": "Worse."}))

    now = await edition(caller, path)

    assert now["concern"]["types"] == ["neglect", "fgm"]
    assert now["concern"]["facts"] == form()["concern"]["facts"]
    assert "opinion" not in now["concern"]


async def test_a_correction_stands_in_the_new_edition_and_what_was_said_before_in_the_earlier_one(
    caller: Caller,
) -> None:
    path = await sent(caller)

    response = await caller.add(path, correction("/children/0/date_of_birth", "2017-05-14"))

    assert response.status_code == 202
    first, second = await edition(caller, path, 1), await edition(caller, path, 2)
    assert first["children"][0]["date_of_birth"] == "2017-05-04"
    assert second["children"][0]["date_of_birth"] == "2017-05-14"
    assert first["children"][0]["child_id"] == second["children"][0]["child_id"]
    assert second["history"][1]["put_right"] == [
        {
            "pointer": "/children/0/date_of_birth",
            "was": "2017-05-04",
            "value": "2017-05-14",
            "reason": "Read from the birth certificate.",
        }
    ]


@pytest.mark.parametrize(
    ("pointer", "value", "seen"),
    [
        ("/children/0/school", "Birch Lane Primary School", "Birch Lane Primary School"),
        ("/children/0/upn", "H801200001001", "H801200001001"),
        ("/strengths", "A grandmother nearby.", "A grandmother nearby."),
        ("/concern/disclosure/words", "He shouted.", "He shouted."),
        ("/household/0/name", "Jo Testerley-Ray", "Jo Testerley-Ray"),
        ("/children/0/addresses/-", {"postcode": "ZZ99 3CZ", "kind": "temporary"}, None),
        ("/professionals/-", {"name": "Sam Nurse"}, None),
        ("/children/0/nhs_number", None, None),
    ],
)
async def test_any_fact_of_the_form_can_be_put_right(caller: Caller, pointer: str, value: Any, seen: Any) -> None:
    path = await sent(caller)

    response = await caller.add(path, correction(pointer, value))

    assert response.status_code == 202
    [line] = (await edition(caller, path))["history"][1]["put_right"]
    assert line["value"] == (seen if seen is not None else value)


async def test_another_child_is_given_an_id_and_the_first_one_keeps_its_own(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.add(path, new_child())

    assert response.status_code == 202
    first, second = await edition(caller, path, 1), await edition(caller, path)
    assert [child["first_name"] for child in second["children"]] == ["Rowan", "Wren"]
    assert second["children"][0]["child_id"] == first["children"][0]["child_id"]
    assert second["history"][1]["added_children"] == [second["children"][1]["child_id"]]
    assert [row.place for row in await caller.rows("SELECT place FROM child ORDER BY place")] == [0, 1]


async def test_an_answer_closes_its_question(caller: Caller) -> None:
    path = await sent(caller)
    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path)))
    assert (await caller.get(path)).json()["status"] == "needs-answer"

    response = await caller.add(path, answer())

    assert response.status_code == 202
    status = (await caller.get(path)).json()
    assert (status["status"], status["open_questions"]) == ("being-looked-at", 0)
    assert status["questions"][0]["answered_at"] is not None
    assert (await edition(caller, path))["history"][1]["answers"] == str(QUESTION_ID)


async def test_an_answer_may_put_a_fact_right(caller: Caller) -> None:
    path = await sent(caller)
    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path)))

    response = await caller.add(path, {**correction("/children/0/gp", "Invented Surgery"), **answer(words=None)})

    assert response.status_code == 202
    assert (await edition(caller, path))["children"][0]["gp"] == "Invented Surgery"


async def test_immediate_danger_is_accepted_and_answered_with_what_to_do(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.add(path, news(immediate_danger=True))

    assert response.status_code == 202
    assert response.json()["emergency_advice"].startswith("Call 999 now")
    assert (await edition(caller, path))["immediate_danger"] is True


async def test_what_is_no_longer_missing_is_no_longer_asked_for(caller: Caller) -> None:
    path = await sent(caller, child_voice={})
    before = {item["item"] for item in (await caller.get(path)).json()["missing_information"]}

    response = await caller.add(path, news(child_voice={"words": "I am hungry.", "how_gathered": "Breakfast club"}))

    after = {item["item"] for item in response.json()["missing_information"]}
    assert "child-voice" in before - after
    assert {item["item"] for item in (await caller.get(path)).json()["missing_information"]} == after


async def test_what_is_missing_is_named_where_a_correction_would_put_it(caller: Caller) -> None:
    path = await sent(caller)
    response = await caller.add(path, new_child())
    missing = {item["item"]: item["pointers"] for item in response.json()["missing_information"]}
    assert missing["nhs-number"] == ["/children/1/nhs_number"]

    again = await caller.add(path, correction(missing["nhs-number"][0], "999 000 0026"), key="add-2")

    assert again.status_code == 202
    assert "nhs-number" not in {item["item"] for item in again.json()["missing_information"]}


async def test_wherever_a_sender_looks_what_is_missing_is_said_alike(caller: Caller) -> None:
    received = await caller.post(form(child_voice={}))
    path = received.headers["location"]
    assert all(item["pointers"] for item in received.json()["missing_information"])
    assert await missing_on_both_pages(caller, path) == [received.json()["missing_information"]] * 2

    added = await caller.add(path, new_child())
    assert len(added.json()["missing_information"]) > len(received.json()["missing_information"])
    assert await missing_on_both_pages(caller, path) == [added.json()["missing_information"]] * 2

    await caller.withdraw(path, withdrawal())
    assert await missing_on_both_pages(caller, path) == [added.json()["missing_information"]] * 2


async def test_of_an_edition_whose_places_are_not_known_the_items_are_still_named(
    caller: Caller, owner: AsyncEngine
) -> None:
    path = await sent(caller, child_voice={})
    before = (await caller.get(path)).json()["missing_information"]
    async with owner.begin() as tx:
        await tx.execute(text("UPDATE document SET missing = DEFAULT"))

    after = (await caller.get(path)).json()["missing_information"]

    assert [item["item"] for item in before] == [item["item"] for item in after] != []
    assert not any(item["pointers"] for item in after)


@pytest.mark.parametrize("children", [[{"first_name": "Rowan", "school": "Ashcroft"}] * 2, [{"description": "A girl"}]])
async def test_every_place_that_is_named_takes_a_correction(caller: Caller, children: list[dict[str, Any]]) -> None:
    bare = {"referrer": {"phone": "020 7946 0199"}, "children": children, "concern": {"facts": "No coat."}}
    bare["children"] = [{**child, "expected_date_of_birth": "2026-12-24"} for child in children]
    path = (await caller.post(bare)).headers["location"]
    missing = (await caller.get(path)).json()["missing_information"]

    for place in {pointer for item in missing for pointer in item["pointers"]}:
        told = await caller.add(path, correction(place, None), key=place)
        assert told.status_code == 202 or pointers(told) == ["/corrections/0/value"], (place, told.text)


async def missing_on_both_pages(caller: Caller, path: str) -> list[Any]:
    """What the status and the printable receipt say is missing."""
    return [(await caller.get(page)).json()["missing_information"] for page in (path, f"{path}/receipt")]


async def test_a_duty_that_comes_with_new_information_is_named(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.add(path, news(concern={"types": ["missing"]}))

    assert "report-missing" in {advice["code"] for advice in response.json()["advice"]}


async def test_a_duty_that_comes_with_one_word_more_of_what_was_described_before_is_named(caller: Caller) -> None:
    girl = {**form()["children"][0], "sex": "F"}
    described = {**form()["concern"], "types": ["fgm"], "fgm": {"travel_plans": "In July, with her aunt"}}
    path = await sent(caller, children=[girl], concern=described)

    answer = await caller.add(path, news(concern={"fgm": {"knowledge": "told-by-girl"}}))

    assert [each["code"] for each in answer.json()["advice"]] == ["report-known-fgm"]


async def test_a_supplement_is_told_to_triage_without_a_word_of_it(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.add(path, new_child())

    event = (await recorded(caller))[1]
    assert event["type"] == "referral.supplemented.v1"
    assert (event["edition"], event["kind"], event["agency"]) == (2, "new-child", "ashcroft-primary")
    assert event["supplement_id"] == response.json()["supplement_id"]
    assert [child["unborn"] for child in event["children"]] == [False]
    assert event["detail_url"].endswith(f"{path}/document?edition=2")
    assert "Wren" not in json.dumps(event)
    assert "Wren" not in str(await caller.rows("SELECT * FROM supplement"))


async def test_every_edition_can_be_checked_against_the_commitment_that_was_published(caller: Caller) -> None:
    path = await sent(caller)
    await caller.add(path, news())
    await caller.withdraw(path, withdrawal())
    published = [event["content_commitment"] for event in await recorded(caller)]

    read = [await caller.document(path, part=f"?edition={number}") for number in (1, 2, 3)]

    checked = [sha256(bytes.fromhex(each.headers["content-salt"]) + each.content).hexdigest() for each in read]
    assert checked == [each.headers["content-commitment"] for each in read] == published
    assert [each.headers["content-edition"] for each in read] == ["1", "2", "3"]
    assert len({each.headers["content-salt"] for each in read}) == 3


# -- it is never too late -------------------------------------------------------------------------------------------


async def test_a_closed_referral_takes_a_supplement_and_its_sender_is_told_that_it_is_opened_again(
    caller: Caller,
) -> None:
    path = await sent(caller)
    child = UUID((await caller.get(path)).json()["children"][0]["child_id"])
    await told(caller.db, case_opened(id_of(path)), case_decided(id_of(path), child), case_closed(id_of(path)))

    response = await caller.add(path, news())

    assert response.status_code == 202
    assert "opened again" in response.json()["what_happens_next"]


async def test_a_decided_referral_with_another_child_is_not_decided_and_a_new_promise_begins(caller: Caller) -> None:
    path = await sent(caller)
    child = UUID((await caller.get(path)).json()["children"][0]["child_id"])
    await told(caller.db, case_opened(id_of(path)), case_decided(id_of(path), child))
    assert (await caller.get(path)).json()["status"] == "decided"

    response = await caller.add(path, new_child())

    assert "had decided" in response.json()["what_happens_next"]
    status = (await caller.get(path)).json()
    assert (status["status"], status["decided_at"]) == ("being-looked-at", None)
    assert len(status["clocks"]) == 2
    assert [child["decided_at"] is None for child in status["children"]] == [False, True]


async def test_a_withdrawn_referral_takes_a_supplement(caller: Caller) -> None:
    path = await sent(caller)
    await caller.withdraw(path, withdrawal())

    response = await caller.add(path, news())

    assert response.status_code == 202
    assert "all the same" in response.json()["what_happens_next"]
    assert response.json()["edition"] == 3


async def test_nothing_can_be_added_once_the_document_was_destroyed(caller: Caller, owner: AsyncEngine) -> None:
    path = await sent(caller)
    async with owner.begin() as tx:
        await tx.execute(text("DELETE FROM document"))

    response = await caller.add(path, news())

    assert response.status_code == 410
    assert "999" in response.json()["detail"]

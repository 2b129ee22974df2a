"""``POST …/supplements`` on a real database: what cannot stand, whose key it is, and whose referral."""

from typing import Any

import pytest
from intake_caller import Caller, pointers, recorded, sent
from intake_examples import form
from supplement_examples import (
    QUESTION_ID,
    answer,
    case_opened,
    correction,
    id_of,
    new_child,
    news,
    question_asked,
    told,
    withdrawal,
)

# -- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (news(referrer={}), "/referrer/name"),
        (news(words=" ", concern={}), "/words"),
        (news(children=[{"first_name": "Wren", "school": "Ashcroft"}]), "/children"),
        (news(question_id=str(QUESTION_ID)), "/question_id"),
        ({**correction("/strengths", "x"), "corrections": []}, "/corrections"),
        ({**correction("/strengths", "x"), "kind": "new-information"}, "/corrections"),
        ({**new_child(), "children": []}, "/children"),
        (new_child(first_name=" ", last_name=""), "/children/0/first_name"),
        (new_child(date_of_birth=None), "/children/0/addresses"),
        (answer(), "/question_id"),
        (answer(question_id=None), "/question_id"),
        (answer(words=""), "/words"),
        (correction("/children", []), "/corrections/0/pointer"),
        (correction("/children/0", {"first_name": "Another"}), "/corrections/0/pointer"),
        (correction("/children/-", {"first_name": "Another"}), "/corrections/0/pointer"),
        (correction("/children/1/first_name", "Another"), "/corrections/0/pointer"),
        (correction("/children/0/child_id", str(QUESTION_ID)), "/corrections/0/pointer"),
        (correction("/referral_id", str(QUESTION_ID)), "/corrections/0/pointer"),
        (correction("/history", []), "/corrections/0/pointer"),
        (correction("/agency", "metropolitan-police"), "/corrections/0/pointer"),
        (correction("", {}), "/corrections/0/pointer"),
        (correction("children/0/sex", "F"), "/corrections/0/pointer"),
        (correction("/household/7/name", "Nobody"), "/corrections/0/pointer"),
        (correction("/children/0/sex", "X"), "/corrections/0/value"),
        (correction("/children/0/date_of_birth", "yesterday"), "/corrections/0/value"),
        (correction("/concern", None), "/corrections/0/value"),
        (correction("/concern/facts", None), "/corrections/0/value"),
        (correction("/children/0/expected_date_of_birth", "2027-02-26"), "/corrections/0/value"),
        (correction("/referrer/phone", None), "/corrections/0/value"),
        (news(household=[{"date_of_birth": "1990-01-01", "expected_date_of_birth": "2027-01-01"}]),
         "/household/0/expected_date_of_birth"),
    ],
)  # fmt: skip
async def test_what_cannot_stand_is_refused_by_its_place_in_the_supplement(
    caller: Caller, document: Any, pointer: str
) -> None:
    path = await sent(caller)

    response = await caller.add(path, document)

    assert response.status_code == 422
    assert pointer in pointers(response)
    assert await caller.count("document") == 1
    assert await caller.count("supplement") == 0
    assert [event["type"] for event in await recorded(caller)] == ["referral.received.v1"]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (news(words=7), "/words"),
        (news(colour="red"), ""),
        ({"kind": "gossip"}, "/kind"),
        ({}, "/kind"),
        ([], ""),
        (news(words=" ", concern={}), "/words"),
    ],
)
async def test_every_refusal_of_a_supplement_says_first_what_to_do_when_a_child_is_in_danger(
    caller: Caller, document: Any, pointer: str
) -> None:
    path = await sent(caller)

    response = await caller.add(path, document)

    assert response.status_code == 422
    assert response.json()["detail"].startswith("If a child is in danger now, call 999.")
    assert pointer in pointers(response)


async def test_bytes_that_cannot_be_read_are_no_form_that_is_wrong(caller: Caller) -> None:
    path = await sent(caller)
    headers = {"Idempotency-Key": "bytes", "Content-Type": "application/json", **caller.signer.bearer()}

    response = await caller.http.post(f"{path}/supplements", content=b'{"kind": ', headers=headers)

    assert response.status_code == 400
    assert response.json()["type"].endswith("malformed")


async def test_every_refusal_of_a_withdrawal_says_first_what_to_do_when_a_child_is_in_danger(caller: Caller) -> None:
    path = await sent(caller)

    responses = [await caller.withdraw(path, {"reason": "bored"}), await caller.withdraw(path, withdrawal(referrer={}))]

    assert [response.status_code for response in responses] == [422, 422]
    assert all("If a child is in danger now, call 999." in response.json()["detail"] for response in responses)


async def test_a_correction_cannot_make_a_child_unfindable(caller: Caller) -> None:
    path = await sent(caller, children=[{"first_name": "Rowan", "date_of_birth": "2017-05-04"}])

    response = await caller.add(path, correction("/children/0/date_of_birth", None))

    assert response.status_code == 422
    assert pointers(response) == ["/corrections/0/value"]


async def test_every_refused_correction_is_named_at_once(caller: Caller) -> None:
    path = await sent(caller)
    wrong = [{"pointer": "/household/7/name", "value": "x"}, {"pointer": "/children/9/sex", "value": "F"}]

    response = await caller.add(path, {**correction("/strengths", "x"), "corrections": wrong})

    assert response.status_code == 422
    assert pointers(response) == ["/corrections/0/pointer", "/corrections/1/pointer"]


async def test_a_refusal_does_not_repeat_what_was_sent(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.add(path, correction("/children/0/sex", "SECRET-VALUE", words="SECRET-WORDS"))

    assert response.status_code == 422
    assert "SECRET" not in response.text


async def test_a_question_is_answered_once(caller: Caller) -> None:
    path = await sent(caller)
    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path)))
    await caller.add(path, answer())

    again = await caller.add(path, answer(words="And his uncle."), key="add-2")

    assert again.status_code == 422
    assert pointers(again) == ["/question_id"]


async def test_the_question_of_another_referral_is_not_open_here(caller: Caller) -> None:
    mine, other = await sent(caller), (await caller.post(form(strengths="x"), key="other")).headers["location"]
    await told(caller.db, case_opened(id_of(other)), question_asked(id_of(other)))

    response = await caller.add(mine, answer())

    assert response.status_code == 422
    assert pointers(response) == ["/question_id"]


# -- keys -----------------------------------------------------------------------------------------------------------


async def test_the_same_key_and_supplement_get_the_very_same_answer(caller: Caller) -> None:
    path = await sent(caller)
    first = await caller.add(path, news())

    again = await caller.add(path, dict(reversed(news().items())))

    assert (again.status_code, again.content) == (202, first.content)
    assert await caller.count("supplement") == 1


async def test_the_same_key_for_something_else_is_refused(caller: Caller) -> None:
    path = await sent(caller)
    await caller.add(path, news())

    another = await caller.add(path, news(words="Something else."))
    referral = await caller.post(form(), key="add-1")
    taken_back = await caller.withdraw(path, withdrawal(), key="add-1")
    supplement = await caller.add(path, news(), key="key-1")

    for response in (another, referral, taken_back, supplement):
        assert response.status_code == 422
        assert response.json()["type"].endswith("/idempotency-key-reused")


async def test_a_refused_supplement_leaves_its_key_free(caller: Caller) -> None:
    path = await sent(caller)
    refused = await caller.add(path, news(words=""))

    response = await caller.add(path, news())

    assert (refused.status_code, response.status_code) == (422, 202)


async def test_a_key_is_needed(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.http.post(f"{path}/supplements", json=news(), headers=caller.signer.bearer())

    assert response.status_code == 400
    assert response.json()["type"].endswith("/idempotency-key-missing")


# -- whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"agency": "metropolitan-police"}, "relationship"),
        ({"partnership": "warwickshire"}, "partnership"),
        ({"roles": ["social-worker"]}, "role"),
        ({"roles": ["agency-representative"], "agency": "metropolitan-police"}, "relationship"),
    ],
)
@pytest.mark.parametrize("change", ["add", "withdraw"])
async def test_for_anybody_else_there_is_no_such_referral_and_the_attempt_is_written_down(
    caller: Caller, claims: Any, reason: str, change: str
) -> None:
    path = await sent(caller)
    document = {"add": news(), "withdraw": withdrawal()}[change]

    refused = await getattr(caller, change)(path, document, **claims)
    absent = await getattr(caller, change)("/v1/referrals/00000000-0000-4000-8000-000000000404", document)

    assert refused.status_code == absent.status_code == 404
    assert refused.content == absent.content
    assert [look["reason"] for look in await caller.looks()] == [reason, "not-found"]
    assert await caller.count("document") == 1

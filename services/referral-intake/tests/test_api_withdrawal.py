"""``POST …/withdrawal`` on a real database: it removes nothing, triage is notified of it, and happens once."""

import json
from uuid import UUID

import pytest
from intake_caller import Caller, sent
from supplement_examples import case_closed, case_decided, case_opened, id_of, told, withdrawal


async def test_a_withdrawal_removes_nothing_and_makes_an_edition(caller: Caller) -> None:
    path = await sent(caller)

    response = await caller.withdraw(path, withdrawal())

    assert response.status_code == 202
    assert (response.json()["edition"], response.json()["reason"]) == (2, "wrong-child")
    assert "A person still looks at the referral" in response.json()["what_happens_next"]
    first, second = (await caller.document(path, part="?edition=1")).json(), (await caller.document(path)).json()
    assert {**second, "edition": 0, "history": 0} == {**first, "edition": 0, "history": 0}
    assert second["history"][1]["kind"] == "withdrawal"
    assert second["history"][1]["reason"] == "wrong-child"
    assert second["history"][1]["words"] == "Two children have the same name."


async def test_a_withdrawal_is_told_to_triage_without_its_words(caller: Caller) -> None:
    path = await sent(caller)

    await caller.withdraw(path, withdrawal())

    [row] = await caller.rows("SELECT data FROM event WHERE headers ->> 'ce_type' = 'referral.withdrawn.v1'")
    event = json.loads(row.data)
    assert (event["reason"], event["edition"], event["agency"]) == ("wrong-child", 2, "ashcroft-primary")
    assert "same name" not in str(event)


async def test_the_withdrawal_is_shown_beside_the_status(caller: Caller) -> None:
    path = await sent(caller)
    await told(caller.db, case_opened(id_of(path)))

    await caller.withdraw(path, withdrawal())

    status = (await caller.get(path)).json()
    assert status["status"] == "being-looked-at"
    assert status["withdrawn_at"] is not None
    assert status["withdrawal"]["reason"] == "wrong-child"
    assert "a person still looks" in status["withdrawal"]["text"]


async def test_a_second_withdrawal_is_refused_and_a_repeat_gets_the_same_answer(caller: Caller) -> None:
    path = await sent(caller)
    first = await caller.withdraw(path, withdrawal())

    repeat = await caller.withdraw(path, withdrawal())
    second = await caller.withdraw(path, withdrawal(), key="back-2")

    assert (repeat.status_code, repeat.content) == (202, first.content)
    assert second.status_code == 409
    assert second.json()["type"].endswith("/already-withdrawn")
    assert await caller.count("document") == 2


async def test_a_closed_referral_can_be_withdrawn(caller: Caller) -> None:
    path = await sent(caller)
    child = UUID((await caller.get(path)).json()["children"][0]["child_id"])
    await told(caller.db, case_opened(id_of(path)), case_decided(id_of(path), child), case_closed(id_of(path)))

    response = await caller.withdraw(path, withdrawal())

    assert response.status_code == 202


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"referrer": {}}, "/referrer/name"), ({"reason": "bored"}, "/reason"), ({"reason": None}, "/reason")],
)
async def test_a_withdrawal_needs_a_reason_and_somebody_who_answers_for_it(
    caller: Caller, changes: dict[str, object], pointer: str
) -> None:
    path = await sent(caller)

    response = await caller.withdraw(path, withdrawal(**changes))

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert await caller.count("withdrawal") == 0

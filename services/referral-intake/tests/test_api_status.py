"""The sender's status on a real database: plain words, times that hide nothing, questions, and only what is safe."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from intake_caller import PACKS, Caller, sent
from intake_examples import NOW, form
from supplement_examples import (
    QUESTION_ID,
    QUESTION_URL,
    answer,
    at,
    case_closed,
    case_decided,
    case_opened,
    case_reopened,
    id_of,
    new_child,
    news,
    question_answered,
    question_asked,
    told,
    withdrawal,
)

from chassis.db import Transaction
from chassis.testing.clock import SettableClock
from policy.testing import packs_of
from referral_intake import store
from referral_intake.errors import UnknownChild, UnknownQuestion, UnknownReferral
from referral_intake.model import NOTHING_TO_SAY, FollowedChild

NOBODY = UUID(int=404)


async def status_of(caller: Caller, path: str) -> dict[str, Any]:
    answer = await caller.get(path)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def child_of(caller: Caller, path: str, number: int = 1) -> UUID:
    return UUID((await status_of(caller, path))["children"][number - 1]["child_id"])


async def test_a_status_and_its_steps_are_of_one_moment(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interleaving met: the case is closed while a status is read, after the referral's own row was."""
    path = await sent(caller)
    await told(caller.db, case_opened(id_of(path)), case_decided(id_of(path), await child_of(caller, path)))
    list_children, closing = store.list_children, set[asyncio.Task[None]]()

    async def closed_meanwhile(tx: Transaction, referral_id: UUID) -> list[FollowedChild]:
        closing.add(asyncio.create_task(told(caller.db, case_closed(referral_id))))
        await asyncio.wait(closing, timeout=0.5)
        return await list_children(tx, referral_id)

    with monkeypatch.context() as patched:
        patched.setattr(store, "list_children", closed_meanwhile)
        during = await status_of(caller, path)
    await asyncio.gather(*closing)
    after = await status_of(caller, path)

    for seen in (during, after):
        assert (seen["status"] == "closed") == ("closed" in [step["step"] for step in seen["steps"]])
    assert after["status"] == "closed"


# -- where it stands ------------------------------------------------------------------------------------------------


async def test_a_referral_goes_through_its_states_in_plain_words(caller: Caller) -> None:
    path = await sent(caller)
    child, seen = await child_of(caller, path), [(await status_of(caller, path))["status"]]

    for event in (
        case_opened(id_of(path)),
        question_asked(id_of(path)),
        question_answered(id_of(path), NOBODY),
        case_decided(id_of(path), child),
        case_closed(id_of(path)),
        case_reopened(id_of(path)),
    ):
        await told(caller.db, event)
        seen.append((await status_of(caller, path))["status"])

    assert seen == [
        "received", "being-looked-at", "needs-answer", "being-looked-at", "decided", "closed", "being-looked-at",
    ]  # fmt: skip


async def test_reopening_hides_nothing_of_what_was_done_before(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    events = [case_opened(id_of(path)), case_decided(id_of(path), child), case_closed(id_of(path))]

    await told(caller.db, *events, case_reopened(id_of(path)), case_decided(id_of(path), child, minutes=50))

    status = await status_of(caller, path)
    assert [step["step"] for step in status["steps"]] == ["opened", "decided", "closed", "reopened", "decided"]
    assert (status["status"], status["closed_at"]) == ("decided", None)
    assert [datetime.fromisoformat(clock["settled_at"]) for clock in status["clocks"]] == [at(20), at(50)]
    assert datetime.fromisoformat(status["decision_expected_by"]) == at(640)


async def test_a_message_that_comes_twice_changes_nothing(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    events = [case_opened(id_of(path)), question_asked(id_of(path)), case_decided(id_of(path), child)]
    await told(caller.db, *events)
    before = await status_of(caller, path)

    await told(caller.db, *events)

    assert await status_of(caller, path) == before


@pytest.mark.parametrize("late", [False, True])
async def test_being_late_is_never_hidden(caller: Caller, clock: SettableClock, late: bool) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    due = datetime.fromisoformat((await status_of(caller, path))["decision_expected_by"])
    clock.set(due + timedelta(seconds=1 if late else 0))
    while_waiting = await status_of(caller, path)
    minutes = int((due - NOW) / timedelta(minutes=1)) + (1 if late else 0)

    await told(caller.db, case_opened(id_of(path)), case_decided(id_of(path), child, minutes=minutes))

    assert while_waiting["late"] is while_waiting["clocks"][0]["late"] is late
    decided = await status_of(caller, path)
    assert decided["late"] is decided["clocks"][0]["late"] is late


async def test_supplements_and_withdrawal_are_listed_with_their_editions_and_no_words(caller: Caller) -> None:
    path = await sent(caller)
    await caller.add(path, news())
    await caller.withdraw(path, withdrawal())

    status = await status_of(caller, path)

    assert [(made["edition"], made["kind"]) for made in status["supplements"]] == [(2, "new-information")]
    assert (status["withdrawal"]["edition"], status["edition"]) == (3, 3)
    assert "stranger" not in str(status)
    assert "same name" not in str(status)
    assert "Testerley" not in str(status)


async def test_a_likely_repeat_names_the_earlier_referral(caller: Caller) -> None:
    first, second = await sent(caller), (await caller.post(form(), key="again")).headers["location"]

    status = await status_of(caller, second)

    assert status["previous_referral_id"] == str(id_of(first))


# -- questions ------------------------------------------------------------------------------------------------------


async def test_a_question_is_shown_with_where_to_read_and_where_to_answer_it(caller: Caller) -> None:
    path = await sent(caller)

    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path)))

    status = await status_of(caller, path)
    [question] = status["questions"]
    assert question["question_id"] == str(QUESTION_ID)
    assert question["links"] == {"question": QUESTION_URL, "answer": f"{path}/supplements"}
    assert (question["answered_at"], question["late"], status["open_questions"]) == (None, False, 1)


async def test_the_first_answer_to_a_question_stands(caller: Caller) -> None:
    path = await sent(caller)
    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path)))
    receipt = (await caller.add(path, answer())).json()

    await told(caller.db, question_answered(id_of(path), UUID(receipt["supplement_id"]), minutes=30))

    [question] = (await status_of(caller, path))["questions"]
    assert question["answered_at"] == receipt["received_at"]


async def test_an_open_question_does_not_hide_a_decision(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)

    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path)), case_decided(id_of(path), child))

    status = await status_of(caller, path)
    assert (status["status"], status["open_questions"]) == ("decided", 1)


# -- what is safe to say --------------------------------------------------------------------------------------------


async def test_feedback_is_the_packs_sentence_for_each_child_and_never_the_outcome(caller: Caller) -> None:
    path = await sent(caller, children=[*form()["children"], {"first_name": "Wren", "school": "Ashcroft"}])
    first, second = await child_of(caller, path, 1), await child_of(caller, path, 2)

    await told(
        caller.db,
        case_opened(id_of(path)),
        case_decided(id_of(path), first, last=False, feedback="being-acted-on"),
    )
    half = await status_of(caller, path)
    await told(caller.db, case_decided(id_of(path), second, feedback=None, minutes=25))
    whole = await status_of(caller, path)

    assert half["status"] == "being-looked-at"
    assert [child["feedback"] is None for child in half["children"]] == [False, True]
    assert "Please do not speak to the family" in half["children"][0]["feedback"]
    assert "We cannot tell you what it is" in whole["children"][1]["feedback"]
    assert [datetime.fromisoformat(child["decided_at"]) for child in whole["children"]] == [at(20), at(25)]
    assert "strategy" not in str(whole)
    assert whole["status"] == "decided"


async def test_a_sentence_that_the_pack_no_longer_has_is_not_guessed(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)

    await told(caller.db, case_opened(id_of(path)), case_decided(id_of(path), child, feedback="from-an-older-pack"))

    assert "We cannot tell you what it is" in (await status_of(caller, path))["children"][0]["feedback"]


async def test_for_every_outcome_a_sender_is_told_the_packs_sentence_and_nothing_else(caller: Caller) -> None:
    pack = packs_of(PACKS)["wandsworth"]
    path = await sent(caller)
    child = await child_of(caller, path)
    await told(caller.db, case_opened(id_of(path)))

    for rule in pack.outcomes:
        event = case_decided(id_of(path), child, feedback=rule.feedback.key if rule.feedback else None)
        await told(caller.db, event.model_copy(update={"outcome": rule.outcome}))
        [view] = (await status_of(caller, path))["children"]
        assert set(view) == {"child_id", "number", "decided_at", "feedback"}
        assert view["feedback"] == (rule.feedback.text if rule.feedback else NOTHING_TO_SAY)


# -- order ----------------------------------------------------------------------------------------------------------


async def test_a_decision_that_crosses_with_another_child_does_not_decide_the_referral(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    await told(caller.db, case_opened(id_of(path)))
    await caller.add(path, new_child())

    await told(caller.db, case_decided(id_of(path), child, last=True))
    crossed = (await status_of(caller, path))["status"]
    await told(caller.db, case_decided(id_of(path), await child_of(caller, path, 2), minutes=60))

    assert crossed == "being-looked-at"
    assert (await status_of(caller, path))["status"] == "decided"


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (case_opened(NOBODY), UnknownReferral),
        (case_closed(NOBODY), UnknownReferral),
        (case_reopened(NOBODY), UnknownReferral),
        (question_asked(NOBODY), UnknownReferral),
        (question_answered(NOBODY, NOBODY), UnknownQuestion),
        (case_decided(NOBODY, NOBODY), UnknownChild),
    ],
)
async def test_an_event_about_what_is_not_kept_here_is_a_wrong_message(
    caller: Caller, event: Any, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        await told(caller.db, event)


async def test_a_child_of_another_referral_is_a_wrong_message(caller: Caller) -> None:
    mine, other = await sent(caller), (await caller.post(form(strengths="x"), key="other")).headers["location"]

    with pytest.raises(UnknownChild):
        await told(caller.db, case_decided(id_of(mine), await child_of(caller, other)))

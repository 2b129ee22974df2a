"""Questions to the sender of a referral: asked, told, read, answered by a supplement, or left unanswered."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from triage_world import WORDS, World

from contracts.codes import Channel, NoticeKind, SupplementKind
from contracts.events import NoticeDelivered, NoticeOpened, NoticeQueued

OPEN = "/v1/questions"


def id_of(path: str) -> UUID:
    return UUID(path.rsplit("/", 1)[-1])


async def answer(world: World, question: str, **changes: Any) -> None:
    """The sender answers by a supplement, which triage hears of."""
    await world.supplement(kind=SupplementKind.ANSWER, answers=id_of(question), **changes)


async def test_a_question_is_told_without_its_words(world: World) -> None:
    case = await world.open_case()

    question = await world.ask_sender(case)

    [asked] = await world.events("question.asked")
    assert asked["detail_url"] == f"https://triage.example.org{question}"
    assert (asked["agency"], asked["asked_by"]) == ("ashcroft-primary", "officer")
    assert WORDS not in str(asked)


@pytest.mark.parametrize(
    ("rating", "due_at"),
    [
        (None, "2026-11-27T10:00:00Z"),
        ("red", "2026-11-24T12:00:00Z"),
        ("amber", "2026-11-24T16:00:00Z"),
        ("green", "2026-11-27T10:00:00Z"),
    ],
)
async def test_the_pack_says_how_long_the_sender_has(world: World, rating: str | None, due_at: str) -> None:
    case = await world.open_case()
    if rating:
        await world.post(f"{case}/rating", "worker", {"rating": rating}, version=1)

    await world.ask_sender(case)

    [asked] = await world.events("question.asked")
    assert asked["due_at"] == due_at


async def test_the_sender_reads_its_question_and_the_look_is_written_down(world: World) -> None:
    question = await world.ask_sender(await world.open_case())

    seen = await world.get(question, "school", purpose=None)

    [look] = await world.events("record.accessed")
    assert (seen.status_code, seen.json()["question"]) == (200, WORDS)
    assert seen.json()["referral_id"] == str(UUID(int=1000))
    assert (look["record"], look["record_id"], look["purpose"]) == (
        "question",
        seen.json()["question_id"],
        "own-referral",
    )


async def test_an_agency_that_was_asked_for_information_does_not_see_what_the_sender_is_asked(world: World) -> None:
    case = await world.open_case()
    await world.ask(case)
    question = await world.ask_sender(case)

    seen = await world.get(question, "police", purpose=None)

    [denied] = await world.events("access.denied")
    assert seen.status_code == 404
    assert (denied["record"], denied["reason"]) == ("question", "relationship")


async def test_a_question_is_asked_then_delivered_then_opened_then_answered(world: World) -> None:
    case = await world.open_case()
    question = await world.ask_sender(case)
    notice = {
        "notice_id": UUID(int=77),
        "referral_id": UUID(int=1000),
        "agency": "ashcroft-primary",
        "kind": NoticeKind.QUESTION_ASKED,
    }
    states = []

    async def look() -> None:
        [line] = (await world.get(case, "worker")).json()["questions"]
        states.append(line["state"])

    await look()
    await world.deliver(
        NoticeQueued(**notice, about_id=id_of(question), channels=(Channel.INBOX,), queued_at=world.clock.now())
    )
    await world.deliver(NoticeDelivered(**notice, channel=Channel.WEBHOOK, attempts=1, delivered_at=world.clock.now()))
    await look()
    await world.deliver(NoticeOpened(**notice, opened_by="school", opened_at=world.clock.now()))
    await look()
    await answer(world, question)
    await look()

    assert states == ["asked", "delivered", "opened", "answered"]


async def test_an_answer_settles_the_question_and_stops_its_clock(world: World) -> None:
    case = await world.open_case()
    question = await world.ask_sender(case)
    world.clock.advance(timedelta(hours=1))

    await answer(world, question)

    seen, now = (await world.get(question, "school", purpose=None)).json(), (await world.get(case, "worker")).json()
    [answered] = await world.events("question.answered")
    assert (seen["state"], seen["answered_at"], seen["overdue"]) == ("answered", "2026-11-24T11:00:00Z", False)
    assert seen["supplement_id"] == answered["supplement_id"] == str(UUID(int=70))
    assert [clock["stopped_at"] for clock in now["clocks"] if clock["name"] == "question"] == ["2026-11-24T11:00:00Z"]
    assert (now["news"][0]["what"], now["news"][0]["answers"]) == ("answer", str(id_of(question)))


async def test_an_answer_that_was_long_on_its_way_was_not_late(world: World) -> None:
    case = await world.open_case()
    question = await world.ask_sender(case)
    received_at = world.clock.now() + timedelta(hours=1)
    world.clock.advance(timedelta(days=6))

    await answer(world, question, received_at=received_at)

    now = (await world.get(case, "worker")).json()
    assert [clock["late"] for clock in now["clocks"] if clock["name"] == "question"] == [False]


async def test_an_answer_makes_a_decision_taken_without_it_stale(world: World) -> None:
    case = await world.open_case()
    question = await world.ask_sender(case)
    recommendation_id = await world.recommend(case, 1)
    seen = await world.version(case)
    await answer(world, question)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": "Yes."}

    refused = await world.post(f"{case}/decisions", "manager", body, version=seen)

    assert refused.status_code == 412


async def test_a_question_that_nobody_answers_tells_people_and_holds_no_decision(world: World) -> None:
    case = await world.open_case()
    await world.ask_sender(case)
    world.clock.advance(timedelta(days=4))
    await world.sound()

    await world.decide(case, 1)

    late = [event["clock"] for event in await world.events("clock.breached")]
    [line] = (await world.get(case, "worker")).json()["questions"]
    assert "question" in late
    assert (line["state"], line["overdue"]) == ("asked", True)


async def test_the_second_answer_to_a_question_is_news_and_changes_no_answer(world: World) -> None:
    case = await world.open_case()
    question = await world.ask_sender(case)

    await answer(world, question)
    await answer(world, question, edition=3, supplement_id=UUID(int=71))

    seen = (await world.get(question, "school", purpose=None)).json()
    assert seen["supplement_id"] == str(UUID(int=70))
    assert len(await world.events("question.answered")) == 1
    assert len((await world.get(case, "worker")).json()["news"]) == 2


async def test_an_answer_that_comes_after_the_closing_opens_the_case_again(world: World) -> None:
    case = await world.open_case()
    question = await world.ask_sender(case)
    for child in (1, 2):
        await world.decide(case, child, "no-further-action")
    await world.post(f"{case}/closure", "manager", version=await world.version(case))

    await answer(world, question)

    assert (await world.get(case, "worker")).json()["state"] == "decided"
    assert len(await world.events("question.answered")) == 1


async def test_the_sender_lists_its_open_questions_newest_first_in_pages(world: World) -> None:
    asked = []
    for number in (1, 2, 3):
        asked.append(await world.ask_sender(await world.open_case(number)))
        world.clock.advance(timedelta(minutes=1))
    await world.open_case(4)
    await world.supplement(2, kind=SupplementKind.ANSWER, answers=id_of(asked[1]))

    first = (await world.get(f"{OPEN}?limit=1", "school", purpose=None)).json()
    second = (await world.get(f"{OPEN}?limit=1&cursor={first['next']}", "school", purpose=None)).json()

    found = [*first["questions"], *second["questions"]]
    assert [one["reference"] for one in found] == ["WAN-TEST-0003", "WAN-TEST-0001"]
    assert second["next"] is None
    assert found[0].keys() == {"question_id", "referral_id", "reference", "asked_at", "due_at", "overdue"}


async def test_questions_about_closed_cases_are_not_listed_until_they_are_opened_again(world: World) -> None:
    case = await world.open_case()
    await world.ask_sender(case)
    for child in (1, 2):
        await world.decide(case, child, "no-further-action")
    await world.post(f"{case}/closure", "manager", version=await world.version(case))
    while_closed = (await world.get(OPEN, "school", purpose=None)).json()["questions"]

    await world.supplement()

    assert while_closed == []
    assert len((await world.get(OPEN, "school", purpose=None)).json()["questions"]) == 1


async def test_the_queue_counts_questions_without_an_answer(world: World) -> None:
    case = await world.open_case()
    question = await world.ask_sender(case)
    await world.ask_sender(case)
    await answer(world, question)

    [line] = (await world.get("/v1/cases", "officer", purpose=None)).json()["cases"]

    assert line["questions_outstanding"] == 1


@pytest.mark.parametrize("body", [{}, {"question": " "}, {"question": WORDS, "to": "Kayleigh"}])
async def test_a_question_without_words_or_with_more_than_words_is_refused(world: World, body: dict[str, str]) -> None:
    case = await world.open_case()

    refused = await world.post(f"{case}/questions", "officer", body, version=1)

    assert refused.status_code == 422
    assert "Kayleigh" not in refused.text


async def test_a_page_mark_that_we_did_not_make_is_refused(world: World) -> None:
    refused = await world.get(f"{OPEN}?cursor=nonsense", "school", purpose=None)

    assert refused.status_code == 422

"""What agencies say late, otherwise, or no longer: it reaches those who decide, whatever the case's state."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from triage_steps import decided, line, shown
from triage_world import POLICE, WORDS, World

SUPPLIED: dict[str, Any] = {"answer": "supplied", "content": WORDS}
CORRECTION: dict[str, Any] = {"answer": "partial", "content": "Only one of them.", "reason": "Counted twice."}


async def asked_and_closed(world: World) -> tuple[str, str]:
    """A case that was decided and closed without the answer of the police; its path and the request's."""
    case = await world.open_case()
    request = await world.ask(case)
    await decided(world, case)
    answer = await world.post(f"{case}/closure", "manager", version=await world.version(case))
    assert answer.status_code == 200, answer.text
    return case, request


async def news_of(world: World, case: str) -> list[tuple[str, int | None]]:
    return [(one["what"], one["revision"]) for one in (await shown(world, case))["news"]]


# -- before, after, and after closing -------------------------------------------------------------------------------


async def test_an_answer_before_the_decision_is_urgent_news_and_says_where_it_is_read(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)

    await world.post(f"{request}/answer", "police", SUPPLIED)

    [event], queued = await world.events("information.answered"), await line(world)
    assert (event["when"], event["urgent"], event["revision"]) == ("before-decision", True, 1)
    assert event["detail_url"] == f"https://triage.example.org{request}"
    assert [one["code"] for one in queued["unseen_news"]] == ["agency-answer"]
    assert queued["children_stale"] == 0


async def test_an_answer_after_the_decision_makes_it_stale_and_starts_a_clock(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await decided(world, case)
    world.clock.advance(timedelta(days=2))

    await world.post(f"{request}/answer", "police", SUPPLIED)

    [event], queued, page = await world.events("information.answered"), await line(world), await shown(world, case)
    assert (event["when"], event["urgent"]) == ("after-decision", True)
    assert (queued["children_stale"], queued["due_at"]) == (2, "2026-11-27T17:00:00Z")
    assert [one["stale"] for one in page["decisions"]] == [True, True]
    [told] = page["news"]
    assert (told["what"], told["request_id"], told["edition"]) == ("agency-answer", request.rsplit("/", 1)[-1], None)
    assert page["children"][0]["child_id"] in told["about"]


async def test_nobody_closes_over_an_answer_that_nobody_has_looked_at(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await decided(world, case)
    await world.post(f"{request}/answer", "police", SUPPLIED)

    blind = await world.post(f"{case}/closure", "manager", version=(await line(world))["version"])
    sighted = await world.post(f"{case}/closure", "manager", version=(await shown(world, case))["version"])

    assert (blind.status_code, blind.json()["type"].rsplit("/", 1)[-1]) == (409, "news-unseen")
    assert sighted.status_code == 200


async def test_an_answer_to_a_closed_case_opens_it_again_and_it_is_decided_again_with_it(world: World) -> None:
    case, request = await asked_and_closed(world)
    world.clock.advance(timedelta(days=6))

    await world.post(f"{request}/answer", "police", SUPPLIED)

    [answered], [reopened] = await world.events("information.answered"), await world.events("case.reopened")
    assert (answered["when"], reopened["news"]) == ("after-closure", "agency-answer")
    assert reopened["decision_due_at"] == (await line(world))["due_at"] == "2026-12-01T17:00:00Z"
    assert reopened["detail_url"] == f"https://triage.example.org{case}"
    assert (await shown(world, case))["state"] == "decided"
    again = await world.decide(case, 1, "strategy-discussion", supersedes_reason="agency-information")
    assert again.json()["supersedes"] is not None


async def test_when_nobody_deals_with_a_late_answer_people_are_notified(world: World) -> None:
    _, request = await asked_and_closed(world)
    await world.post(f"{request}/answer", "police", SUPPLIED)

    world.clock.advance(timedelta(days=2))
    await world.sound()

    breached = [event for event in await world.events("clock.breached") if event["clock"] == "decision"]
    assert "mash-manager" in breached[-1]["tell"]


@pytest.mark.parametrize(
    "answer",
    [
        SUPPLIED,
        {"answer": "partial", "content": WORDS},
        {"answer": "refused", "refusal_ground": "live-investigation", "refusal_reason": WORDS},
    ],
    ids=lambda answer: str(answer["answer"]),
)
async def test_whatever_adds_to_what_is_known_opens_a_closed_case(world: World, answer: dict[str, Any]) -> None:
    case, request = await asked_and_closed(world)

    await world.post(f"{request}/answer", "police", answer)

    assert (await shown(world, case))["closed_at"] is None


async def test_nothing_held_opens_no_case_and_is_kept_all_the_same(world: World) -> None:
    case, request = await asked_and_closed(world)

    answer = await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})

    page, [event] = await shown(world, case), await world.events("information.answered")
    assert (answer.status_code, page["state"], page["requests"][0]["answer"]) == (200, "closed", "nothing-held")
    assert (event["when"], event["urgent"], page["news"]) == ("after-closure", False, [])


async def test_an_answer_about_one_child_makes_only_that_childs_decision_stale(world: World) -> None:
    case = await world.open_case()
    child = (await shown(world, case))["children"][1]["child_id"]
    body = {
        "agency": POLICE,
        "lawful_basis": "children-act-2004-s11",
        "question": WORDS,
        "child_ids": [child],
    }
    asked = await world.post(f"{case}/information-requests", "worker", body, version=await world.version(case))
    await decided(world, case)

    await world.post(f"{asked.headers['Location']}/answer", "police", SUPPLIED)

    assert [one["decision_stale"] for one in (await shown(world, case))["children"]] == [False, True]
    assert (await line(world))["children_stale"] == 1


# -- corrections and withdrawals ------------------------------------------------------------------------------------


async def test_a_correction_stands_and_what_was_said_before_is_kept_with_its_time(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", SUPPLIED)
    world.clock.advance(timedelta(hours=1))

    answer = await world.post(f"{request}/correction", "police officer", CORRECTION | {"revision": 1})

    read = (await world.get(request, "worker")).json()
    assert (answer.status_code, answer.json()["revision"]) == (200, 2)
    assert (read["answer"], read["content"], read["revision"]) == ("partial", "Only one of them.", 2)
    assert [(one["statement"], one["content"], one["said_by"]) for one in read["statements"]] == [
        ("answered", WORDS, "police"),
        ("corrected", "Only one of them.", "police-officer"),
    ]
    assert [one["said_at"] for one in read["statements"]] == ["2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"]
    assert (read["answered_at"], read["statements"][1]["reason"]) == ("2026-11-24T11:00:00Z", "Counted twice.")
    assert (await world.get(request, "police", purpose=None)).json()["statements"] == read["statements"]


async def test_the_case_shows_codes_and_times_of_everything_said_and_no_words(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", SUPPLIED)
    await world.post(f"{request}/withdrawal", "police", {"revision": 1, "reason": WORDS})

    page = await world.get(case, "worker")

    [asked] = page.json()["requests"]
    assert (asked["state"], asked["answer"], asked["answered_at"]) == ("withdrawn", None, None)
    assert [(one["statement"], one["answer"]) for one in asked["statements"]] == [
        ("answered", "supplied"),
        ("withdrawn", None),
    ]
    assert WORDS not in page.text


async def test_a_correction_after_the_decision_makes_it_stale(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", SUPPLIED)
    await shown(world, case)
    await decided(world, case)
    before = (await line(world))["children_stale"]

    await world.post(f"{request}/correction", "police", CORRECTION | {"revision": 1})

    [event] = await world.events("information.corrected")
    assert (event["when"], event["urgent"], event["answer"], event["revision"]) == (
        "after-decision",
        True,
        "partial",
        2,
    )
    assert (before, (await line(world))["children_stale"]) == (0, 2)
    assert await news_of(world, case) == [("agency-answer", 1), ("agency-correction", 2)]


async def test_taking_an_answer_back_opens_a_closed_case_that_was_decided_with_it(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", SUPPLIED)
    await shown(world, case)
    await decided(world, case)
    await world.post(f"{case}/closure", "manager", version=await world.version(case))

    await world.post(f"{request}/withdrawal", "police", {"revision": 1, "reason": WORDS})

    [event], [reopened] = await world.events("information.withdrawn"), await world.events("case.reopened")
    assert (event["when"], event["urgent"], reopened["news"]) == ("after-closure", True, "agency-withdrawal")
    assert [one["stale"] for one in (await shown(world, case))["decisions"]] == [True, True]


async def test_an_agency_that_took_its_answer_back_answers_again(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", SUPPLIED)
    await world.post(f"{request}/withdrawal", "police", {"revision": 1, "reason": WORDS})
    listed = (await world.get("/v1/information-requests", "police", purpose=None)).json()["requests"][0]
    nothing = await world.post(f"{request}/correction", "police", CORRECTION | {"revision": 2})

    again = await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})

    assert (listed["answered_at"], listed["withdrawn_at"], listed["overdue"]) == (None, "2026-11-24T10:00:00Z", False)
    assert nothing.json()["type"].endswith("/not-answered")
    assert (again.status_code, again.json()["revision"]) == (200, 3)
    relisted = (await world.get("/v1/information-requests", "police", purpose=None)).json()["requests"][0]
    assert (relisted["answered_at"], relisted["withdrawn_at"]) == ("2026-11-24T10:00:00Z", None)


async def test_a_correction_of_what_was_never_said_is_refused(world: World) -> None:
    request = await world.ask(await world.open_case())

    for path, body in (("correction", CORRECTION), ("withdrawal", {"reason": WORDS})):
        answer = await world.post(f"{request}/{path}", "police", body | {"revision": 1})

        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "not-answered")


async def test_the_same_correction_sent_again_changes_nothing(world: World) -> None:
    request = await world.ask(await world.open_case())
    await world.post(f"{request}/answer", "police", SUPPLIED)

    answers = [await world.post(f"{request}/correction", "police", CORRECTION | {"revision": 1}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["type"].endswith("/answer-changed")
    assert len(await world.events("information.corrected")) == 1


async def test_of_two_who_change_the_same_answer_at_once_one_succeeds(world: World) -> None:
    request = await world.ask(await world.open_case())
    await world.post(f"{request}/answer", "police", SUPPLIED)

    answers = await asyncio.gather(
        *(world.post(f"{request}/correction", "police", CORRECTION | {"revision": 1}) for _ in range(3)),
        *(world.post(f"{request}/withdrawal", "police", {"revision": 1, "reason": WORDS}) for _ in range(3)),
    )

    codes = [(answer.status_code, answer.json().get("type", "").rsplit("/", 1)[-1]) for answer in answers]
    assert [code for code, _ in codes].count(200) == 1
    assert {slug for code, slug in codes if code == 409} <= {"answer-changed", "not-answered"}
    assert len((await world.get(request, "worker")).json()["statements"]) == 2


@pytest.mark.parametrize("attempt", range(4))
async def test_closing_and_a_late_answer_at_once_leave_no_answer_in_a_closed_case(world: World, attempt: int) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await decided(world, case)
    version = await world.version(case)

    closing, answered = await asyncio.gather(
        world.post(f"{case}/closure", "manager", version=version), world.post(f"{request}/answer", "police", SUPPLIED)
    )

    reopened = await world.events("case.reopened")
    assert (closing.status_code, answered.status_code, len(reopened)) in ((200, 200, 1), (412, 200, 0))
    assert (await shown(world, case))["closed_at"] is None


async def test_only_the_asked_agency_corrects_and_withdraws(world: World) -> None:
    request = await world.ask(await world.open_case())
    await world.post(f"{request}/answer", "police", SUPPLIED)

    for who in ("housing", "school", "worker", "manager", "team", "auditor", "strange agency"):
        for path, body in (("correction", CORRECTION), ("withdrawal", {"reason": WORDS})):
            answer = await world.post(f"{request}/{path}", who, body | {"revision": 1})

            assert answer.status_code == 404, (who, path)
            assert WORDS not in answer.text
    assert len(await world.events("access.denied")) == 14

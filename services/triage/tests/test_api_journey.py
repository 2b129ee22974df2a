"""One referral from receipt to the team's acceptance, over HTTP, and what is written down on the way."""

from datetime import timedelta
from uuid import UUID

import pytest
from triage_steps import shown
from triage_world import HOUSING, POLICE, TEAM, WORDS, World


async def test_a_referral_walks_from_receipt_to_the_child_protection_team(world: World) -> None:
    case = await world.open_case()
    rated = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    request = await world.ask(case)
    answered = await world.post(f"{request}/answer", "police", {"answer": "supplied", "content": WORDS})
    await shown(world, case)
    first = await world.decide(case, 1)
    last = await world.decide(case, 2, "no-further-action")
    handover = await world.offer(case, 1)
    accepted = await world.post(f"{handover}/acceptance", "team")

    assert rated.headers["ETag"] == '"2"'
    assert answered.json()["answer"] == "supplied"
    assert (first.json()["all_children_decided"], last.json()["all_children_decided"]) == (False, True)
    assert accepted.json()["case_closed"]
    end = await shown(world, case, "manager")
    assert (end["state"], end["closed_reason"]) == ("closed", "handed-over")
    assert [clock["seconds_left"] for clock in end["clocks"]] == [None] * 5


async def test_the_case_shows_everything_that_happened_to_it(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "green"}, version=1)
    await world.post(f"{case}/rating", "manager", {"rating": "amber", "rationale": WORDS}, version=2)
    await world.ask(case)
    await world.decide(case, 1)
    await world.offer(case, 1)

    answer = await world.get(case, "worker")

    seen = answer.json()
    assert answer.headers["ETag"] == f'"{seen["version"]}"'
    assert seen["document_url"].startswith("https://intake.example.org/")
    assert seen["suggestion_reasons"] == [{"code": "concern-type", "label": "The kind of concern"}]
    assert seen["missing_information"] == [{"code": "nhs-number", "label": "NHS number"}]
    assert [(one["rating"], one["rationale"]) for one in seen["ratings"]] == [("green", None), ("amber", WORDS)]
    assert [(one["agency"], one["state"], one["overdue"]) for one in seen["requests"]] == [(POLICE, "asked", False)]
    assert [one["settled"] for one in seen["recommendations"]] == ["agreed"]
    assert [one["authorised_by"] for one in seen["decisions"]] == ["manager"]
    assert [(one["team"], one["accepted_at"]) for one in seen["handovers"]] == [(TEAM, None)]
    assert [child["decided"] for child in seen["children"]] == [True, False]
    assert {clock["name"] for clock in seen["clocks"]} == {
        "decision",
        "rating",
        "information-request",
        "handover-offer",
        "handover-child-protection",
    }


async def test_a_disagreement_returns_the_child_and_keeps_both_reasons(world: World) -> None:
    case = await world.open_case()
    recommendation_id = await world.recommend(case, 1)
    body = {"recommendation_id": recommendation_id, "agree": False, "rationale": "More is known."}

    answer = await world.post(f"{case}/decisions", "manager", body, version=await world.version(case))

    assert (answer.status_code, answer.json()["agreed"], answer.json()["decision_id"]) == (200, False, None)
    world.clock.advance(timedelta(minutes=1))
    again = await world.decide(case, 1, "assessment")
    assert again.json()["agreed"]
    seen = (await world.get(case, "worker")).json()
    assert [(one["settled"], one["settled_rationale"]) for one in seen["recommendations"]] == [
        ("turned-down", "More is known."),
        ("agreed", WORDS),
    ]
    assert len(await world.events("case.returned")) == 1


async def test_a_later_recommendation_replaces_the_open_one(world: World) -> None:
    case = await world.open_case()
    earlier = await world.recommend(case, 1)
    await world.recommend(case, 1, "assessment")
    body = {"recommendation_id": earlier, "agree": True, "rationale": "Yes."}

    answer = await world.post(f"{case}/decisions", "manager", body, version=await world.version(case))

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/recommendation-settled")


async def test_the_recommender_does_not_authorise_and_the_attempt_is_written_down(world: World) -> None:
    case = await world.open_case()
    recommendation_id = await world.recommend(case, 1)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": "Yes."}

    answer = await world.post(f"{case}/decisions", "worker", body, version=await world.version(case))

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/same-person")
    assert [one["reason"] for one in await world.events("access.denied")] == ["role"]


async def test_a_decision_waits_for_no_answer(world: World) -> None:
    case = await world.open_case()
    await world.ask(case)
    await world.ask(case, HOUSING)
    world.clock.advance(timedelta(days=5))

    answer = await world.decide(case, 1)

    assert answer.json()["agreed"]
    seen = (await world.get(case, "worker")).json()
    assert [one["overdue"] for one in seen["requests"]] == [True, True]


async def test_a_case_without_handover_is_closed_by_a_manager(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1, "no-further-action")
    early = await world.post(f"{case}/closure", "manager", version=await world.version(case))
    await world.decide(case, 2, "information-and-advice")

    by_worker = await world.post(f"{case}/closure", "worker", version=await world.version(case))
    by_manager = await world.post(f"{case}/closure", "manager", version=await world.version(case))

    assert (early.status_code, by_worker.status_code, by_manager.status_code) == (409, 403, 200)
    assert by_manager.json()["reason"] == "decided"


async def test_a_rating_is_changed_with_a_reason_only(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "green"}, version=1)

    without = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=2)
    blank = await world.post(f"{case}/rating", "worker", {"rating": "red", "rationale": "  "}, version=2)
    with_reason = await world.post(f"{case}/rating", "worker", {"rating": "red", "rationale": "New."}, version=2)

    assert (without.status_code, blank.status_code, with_reason.status_code) == (422, 422, 200)
    assert without.json()["errors"][0]["pointer"] == "/rationale"
    assert with_reason.json()["previous_rating"] == "green"


async def test_an_agency_reads_answers_once_and_lists_what_it_was_asked(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    other = await world.ask(case, HOUSING)

    read = await world.get(request, "police", purpose=None)
    answered = await world.post(f"{request}/answer", "police officer", {"answer": "nothing-held"})
    again = await world.post(f"{request}/answer", "police", {"answer": "supplied", "content": WORDS})
    listed = await world.get("/v1/information-requests", "police", purpose=None)

    assert (read.json()["question"], read.json()["state"]) == (WORDS, "asked")
    assert (answered.status_code, again.status_code) == (200, 409)
    assert [f"/v1/information-requests/{one['request_id']}" for one in listed.json()["requests"]] == [request]
    assert other not in listed.text
    assert WORDS not in listed.text


async def test_an_agency_pages_through_its_requests(world: World) -> None:
    case = await world.open_case()
    asked = []
    for _ in range(3):
        asked.append(await world.ask(case))
        world.clock.advance(timedelta(minutes=1))

    first = (await world.get("/v1/information-requests?limit=2", "police")).json()
    second = (await world.get(f"/v1/information-requests?limit=2&cursor={first['next']}", "police")).json()

    found = [one["request_id"] for page in (first, second) for one in page["requests"]]
    assert found == [path.rsplit("/", 1)[-1] for path in reversed(asked)]
    assert second["next"] is None


async def test_a_refusal_needs_its_ground_and_its_reason(world: World) -> None:
    request = await world.ask(await world.open_case())

    bare = await world.post(f"{request}/answer", "police", {"answer": "refused"})
    full = {"answer": "refused", "refusal_ground": "live-investigation", "refusal_reason": WORDS}
    reasoned = await world.post(f"{request}/answer", "police", full)

    assert [error["pointer"] for error in bare.json()["errors"]] == ["/refusal_ground", "/refusal_reason"]
    assert reasoned.status_code == 200
    [event] = await world.events("information.answered")
    assert event["refusal_ground"] == "live-investigation"


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"agency": "nobody", "lawful_basis": "children-act-2004-s11", "question": "?"}, "agency-not-asked"),
        ({"agency": "wandsworth-mash", "lawful_basis": "children-act-2004-s11", "question": "?"}, "agency-not-asked"),
        (
            {
                "agency": POLICE,
                "lawful_basis": "public-task",
                "question": "?",
                "child_ids": [str(UUID(int=5))],
            },
            "not-a-child-of-the-case",
        ),
    ],
)
async def test_a_question_that_the_pack_does_not_provide_for_is_refused(
    world: World, body: dict[str, object], slug: str
) -> None:
    case = await world.open_case()

    answer = await world.post(f"{case}/information-requests", "worker", body, version=1)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(slug)


async def test_a_team_reads_what_it_is_offered_and_what_was_decided(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    handover = await world.offer(case, 1)

    read = await world.get(handover, "team", purpose="child-protection")
    as_case = await world.get(case, "team", purpose="child-protection")

    assert read.json()["summary"] == WORDS
    assert [child["outcome"] for child in read.json()["children"]] == ["strategy-discussion"]
    assert as_case.status_code == 200


async def test_a_handover_to_a_team_that_the_pack_does_not_list_is_refused(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    body = {"team": "nobody", "child_ids": [str(UUID(int=1001))], "summary": "S"}

    answer = await world.post(f"{case}/handovers", "worker", body, version=await world.version(case))

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "no-such-team")


async def test_nothing_that_people_write_leaves_in_an_event(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red", "rationale": WORDS}, version=1)
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", {"answer": "partial", "content": WORDS})
    await world.post(f"{request}/correction", "police", {"revision": 1, "answer": "nothing-held", "reason": WORDS})
    await world.post(f"{request}/withdrawal", "police", {"revision": 2, "reason": WORDS})
    await world.get(case, "worker")
    await world.decide(case, 1)
    await world.decide(case, 2)
    handover = await world.offer(case, 1, 2)
    await world.post(f"{handover}/return", "team", {"reason": "information-missing", "note": WORDS})
    await world.get(case, "worker")
    await world.decide(case, 1, supersedes_reason="handover-returned")
    await world.post(f"{await world.offer(case, 1, 2)}/acceptance", "team")

    rows = await world.rows(
        "SELECT convert_from(data, 'UTF8') || headers::text || convert_from(key, 'UTF8') FROM event"
    )

    assert len(rows) > 10
    assert not [row for (row,) in rows if "Kayleigh" in row or "7946" in row]

"""The queue: the least time left first, whatever a case waits for."""

from datetime import timedelta
from typing import Any

import pytest
from triage_world import WORDS, World


async def queue(world: World, query: str = "") -> list[dict[str, Any]]:
    answer = await world.get(f"/v1/cases{query}", "officer", purpose=None)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["cases"])


async def test_the_queue_is_in_the_order_of_the_time_left(world: World) -> None:
    for number in (1, 2, 3):
        await world.open_case(number)
        world.clock.advance(timedelta(hours=25))
    urgent = await world.open_case(4)
    await world.post(f"{urgent}/rating", "worker", {"rating": "red"}, version=1)

    lines = await queue(world)

    left = [line["seconds_left"] for line in lines]
    assert left == sorted(left)
    assert [line["overdue"] for line in lines] == [seconds <= 0 for seconds in left]
    assert {line["reference"] for line in lines} == {f"WAN-TEST-000{number}" for number in (1, 2, 3, 4)}


async def test_a_line_counts_what_is_outstanding_and_says_the_state(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "amber"}, version=1)
    request = await world.ask(case)
    await world.ask(case)
    await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})
    await world.decide(case, 1)

    [line] = await queue(world)

    assert line["requests_outstanding"] == 1
    assert (line["children"], line["children_undecided"], line["handovers_outstanding"]) == (2, 1, 1)
    assert (line["state"], line["rating"], line["suggested_rating"]) == ("rated", "amber", "amber")
    assert line["suggestion_reasons"][0]["code"] == "concern-type"
    assert line["version"] == await world.version(case)


async def test_a_case_waits_for_its_decision_then_for_the_team_then_for_nothing(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    [deciding] = await queue(world)
    await world.decide(case, 2, "no-further-action")
    [to_offer] = await queue(world)
    handover = await world.offer(case, 1)
    [to_accept] = await queue(world)
    await world.post(f"{handover}/acceptance", "team")

    assert (deciding["state"], deciding["due_at"]) == ("new", deciding["decision_due_at"])
    assert (to_offer["state"], to_offer["due_at"]) == ("handing-over", to_offer["decision_due_at"])
    assert (to_accept["state"], to_accept["seconds_left"]) == ("handing-over", 24 * 3600)
    assert await queue(world) == []
    [closed] = await queue(world, "?status=closed")
    assert (closed["state"], closed["due_at"], closed["seconds_left"]) == ("closed", None, None)


async def test_what_only_waits_to_be_closed_comes_last(world: World) -> None:
    done = await world.open_case(1)
    await world.decide(done, 1, "no-further-action")
    await world.decide(done, 2, "no-further-action")
    world.clock.advance(timedelta(hours=30))
    await world.open_case(2)

    lines = await queue(world)

    assert [line["reference"] for line in lines] == ["WAN-TEST-0002", "WAN-TEST-0001"]
    assert (lines[1]["state"], lines[1]["due_at"], lines[1]["overdue"]) == ("decided", None, False)


async def test_pages_follow_each_other_without_gap_or_repeat(world: World) -> None:
    for number in range(1, 6):
        await world.open_case(number)
    done = await world.open_case(6)
    await world.decide(done, 1, "no-further-action", number=6)
    await world.decide(done, 2, "no-further-action", number=6)
    expected = [line["case_id"] for line in await queue(world)]

    found, path = [], "/v1/cases?limit=2"
    while path:
        page = (await world.get(path, "officer", purpose=None)).json()
        found += [line["case_id"] for line in page["cases"]]
        path = f"/v1/cases?limit=2&cursor={page['next']}" if page["next"] else ""

    assert found == expected
    assert len(set(found)) == 6


async def test_the_queue_is_narrowed_by_rating(world: World) -> None:
    first = await world.open_case(1)
    await world.open_case(2)
    await world.post(f"{first}/rating", "worker", {"rating": "red"}, version=1)

    assert [line["reference"] for line in await queue(world, "?rating=red")] == ["WAN-TEST-0001"]
    assert await queue(world, "?rating=blue") == []


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "MSAyIDM=", "w6k="])
async def test_a_page_mark_that_we_did_not_make_is_refused(world: World, cursor: str) -> None:
    for path, who in (("/v1/cases", "officer"), ("/v1/information-requests", "police")):
        answer = await world.get(f"{path}?cursor={cursor}", who, purpose=None)

        assert answer.status_code == 422


async def test_no_line_says_anything_that_people_wrote(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red", "rationale": WORDS}, version=1)
    await world.ask(case)
    await world.decide(case, 1)
    await world.offer(case, 1)

    answer = await world.get("/v1/cases", "officer", purpose=None)

    assert "Kayleigh" not in answer.text
    assert await world.events("record.accessed") == []

"""Filters with their counts, pages that stay where they were, and what is new since somebody looked."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from triage_steps import line
from triage_world import HOUSING, World

from triage.model import FACETS


async def page(world: World, query: str = "", who: str = "officer") -> dict[str, Any]:
    answer = await world.get(f"/v1/cases{query}", who, purpose=None)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def counted(shown: dict[str, Any], name: str) -> dict[str, int]:
    return {one["value"]: one["count"] for one in shown["counts"][name] if one["count"]}


def references(shown: dict[str, Any]) -> list[int]:
    return [int(one["reference"][-4:]) for one in shown["cases"]]


@pytest.fixture
async def many(world: World) -> list[str]:
    """Seven cases, each another way."""
    cases = [await world.open_case(number) for number in range(1, 7)]
    await world.post(f"{cases[0]}/rating", "worker", {"rating": "red"}, version=1)
    await world.post(f"{cases[1]}/rating", "worker", {"rating": "green"}, version=1)
    await world.post(f"{cases[1]}/claim", "officer", version=2)
    await world.post(f"{cases[2]}/claim", "worker", version=1)
    await world.supplement(3)
    await world.recommend(cases[3], 1, number=4)
    await world.recommend(cases[3], 2, number=4)
    world.clock.advance(timedelta(hours=5))  # past a red decision
    cases.append(await world.open_case(7))
    return cases


async def test_each_value_of_each_filter_leaves_as_many_cases_as_it_says(world: World, many: list[str]) -> None:
    every = await page(world)

    for name in FACETS:
        for one in every["counts"][name]:
            left = await page(world, f"?{name}={one['value']}")
            assert len(left["cases"]) == left["total"] == one["count"], (name, one)
    assert every["total"] == 7
    assert counted(every, "rating") == {"red": 1, "green": 1, "unrated": 5}
    assert counted(every, "waits_for") == {"rating": 4, "recommendation": 2, "authorisation": 1}
    assert counted(every, "assigned") == {"me": 1, "my-team": 1, "nobody": 5}
    assert counted(every, "due") == {"overdue": 1, "in-time": 6}
    assert counted(every, "news") == {"unseen": 1, "seen": 6}


async def test_a_case_that_waits_for_nothing_is_neither_late_nor_in_time(world: World) -> None:
    done = await world.open_case(1)
    await world.decide(done, 1, "no-further-action")
    await world.decide(done, 2, "no-further-action")
    await world.open_case(2)

    assert counted(await page(world), "due") == {"no-limit": 1, "in-time": 1}


async def test_counts_of_a_filter_keep_the_other_filters(world: World, many: list[str]) -> None:
    narrowed = await page(world, "?rating=unrated&assigned=nobody")

    assert (sorted(references(narrowed)), narrowed["total"]) == ([4, 5, 6, 7], 4)
    assert counted(narrowed, "rating") == {"red": 1, "unrated": 4}
    assert counted(narrowed, "assigned") == {"my-team": 1, "nobody": 4}
    assert counted(narrowed, "waits_for") == {"rating": 3, "authorisation": 1}


async def test_counts_have_words_and_the_moment_they_were_counted(world: World, many: list[str]) -> None:
    every = await page(world)

    assert all(one["label"] for values in every["counts"].values() for one in values)
    assert every["as_at"] == world.clock.now().isoformat().replace("+00:00", "Z")


async def test_late_cases_come_first_then_the_least_time_left_then_the_oldest(world: World) -> None:
    for number in (1, 2, 3):
        await world.open_case(number)
    first, second = await world.open_case(5), await world.open_case(4)
    for case in (first, second):
        await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    world.clock.advance(timedelta(hours=5))

    shown = await page(world)

    assert Counter(references(shown)[:2]) == Counter([4, 5])
    assert [one["overdue"] for one in shown["cases"]] == [True, True, False, False, False]
    assert all(one["working_seconds_left"] <= one["seconds_left"] for one in shown["cases"] if not one["overdue"])


async def test_a_page_can_be_read_again_when_its_cases_were_worked_on(world: World) -> None:
    cases = [await world.open_case(number) for number in range(1, 7)]
    first = await page(world, "?limit=2")
    second = await page(world, f"?limit=2&cursor={first['next']}")
    shown = {one["case_id"] for one in second["cases"]}
    done = next(case for case in cases if case.rsplit("/", 1)[-1] in shown)
    number = cases.index(done) + 1
    await world.decide(done, 1, "no-further-action", number=number)
    await world.decide(done, 2, "no-further-action", number=number)

    again = await page(world, f"?limit=2&cursor={first['next']}")

    left = [one["case_id"] for one in second["cases"] if not done.endswith(one["case_id"])]
    assert [one["case_id"] for one in again["cases"]][:1] == left
    assert not any(done.endswith(one["case_id"]) for one in again["cases"])


@pytest.mark.parametrize("query", ["", "&rating=unrated", "&status=closed"])
async def test_pages_lead_back_the_way_they_came(world: World, query: str) -> None:
    for number in range(1, 8):
        case = await world.open_case(number)
        if "closed" in query:
            for child in (1, 2):
                await world.decide(case, child, "no-further-action", number=number)
            await world.post(f"{case}/closure", "manager", version=await world.version(case))
        world.clock.advance(timedelta(minutes=1))
    forth, cursor = [await page(world, f"?limit=3{query}")], ""
    while (cursor := forth[-1]["next"]) is not None:
        forth.append(await page(world, f"?limit=3{query}&cursor={cursor}"))
    back = [forth[-1]]
    while (cursor := back[-1]["previous"]) is not None:
        back.append(await page(world, f"?limit=3{query}&cursor={cursor}"))

    assert [references(one) for one in back[::-1]] == [references(one) for one in forth]
    assert sorted(number for one in forth for number in references(one)) == list(range(1, 8))
    assert {one["total"] for one in forth} == {7}


async def test_closed_cases_are_those_of_the_last_days_the_newest_first(world: World) -> None:
    for number in (1, 2, 3):
        case = await world.open_case(number)
        for child in (1, 2):
            await world.decide(case, child, "no-further-action", number=number)
        await world.post(f"{case}/closure", "manager", version=await world.version(case))
        world.clock.advance(timedelta(days=20))

    assert references(await page(world, "?status=closed")) == [3]
    assert references(await page(world, "?status=closed&closed_days=45")) == [3, 2]
    assert (await page(world, "?status=closed&closed_days=60"))["total"] == 3


async def test_of_closed_cases_the_newest_are_counted_and_it_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        case = await world.open_case(number)
        for child in (1, 2):
            await world.decide(case, child, "no-further-action", number=number)
        await world.post(f"{case}/closure", "manager", version=await world.version(case))
    every = await page(world, "?status=closed")
    monkeypatch.setattr("triage.handlers.queue.MOST_COUNTED", 2)

    bounded, still_open = await page(world, "?status=closed"), await page(world, "")

    assert (every["total"], every["counted"]) == (3, None)
    assert (bounded["total"], bounded["counted"], references(bounded)) == (2, 2, references(every))
    assert still_open["counted"] is None


async def test_a_line_says_which_agencies_have_not_answered(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await world.ask(case, HOUSING)
    await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})

    shown = await line(world)

    assert (shown["requests_made"], shown["requests_outstanding"]) == (2, 1)
    assert shown["agencies_unanswered"] == [HOUSING]


async def test_what_is_new_is_new_for_each_person_until_that_person_looks(world: World) -> None:
    case = await world.open_case()
    before = (await page(world, who="worker"))["cases"][0]
    await world.get(case, "worker")
    looked_at = world.clock.now().isoformat().replace("+00:00", "Z")
    after = (await page(world, who="worker"))["cases"][0]
    world.clock.advance(timedelta(hours=1))
    await world.supplement()
    worker, officer = [(await page(world, who=who))["cases"][0] for who in ("worker", "officer")]

    assert (before["last_looked_at"], before["changed_since_look"], before["news_since_look"]) == (None, True, [])
    assert (after["last_looked_at"], after["changed_since_look"]) == (looked_at, False)
    assert (worker["last_looked_at"], worker["changed_since_look"]) == (looked_at, True)
    assert [one["code"] for one in worker["news_since_look"]] == ["new-information"]
    assert officer["last_looked_at"] is None


async def test_a_look_is_remembered_without_an_event_beside_the_look_itself(world: World) -> None:
    case = await world.open_case()
    first = (await world.get(case, "worker")).json()
    world.clock.advance(timedelta(minutes=5))

    second = (await world.get(case, "worker")).json()

    assert (first["last_looked_at"], first["last_looked_version"]) == (None, None)
    assert second["last_looked_at"] == (world.clock.now() - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    assert second["last_looked_version"] == 1
    kinds = await world.rows("SELECT headers->>'ce_type' AS kind FROM event ORDER BY id")
    assert [row.kind for row in kinds] == ["case.opened.v1", "record.accessed.v1", "record.accessed.v1"]


@pytest.mark.parametrize("query", ["?rating=pink", "?due=yesterday", "?closed_days=0", "?closed_days=5000"])
async def test_a_filter_that_there_is_not_is_refused(world: World, query: str) -> None:
    answer = await world.get(f"/v1/cases{query}", "officer", purpose=None)

    assert answer.status_code == 422

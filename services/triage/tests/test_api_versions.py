"""Nobody overwrites what they have not seen: If-Match, and what it does not ask for."""

import asyncio
from datetime import timedelta

import pytest
from triage_world import World


async def test_a_writer_without_a_version_is_asked_for_one(world: World) -> None:
    case = await world.open_case()

    answer = await world.post(f"{case}/rating", "worker", {"rating": "red"})

    assert answer.status_code == 428
    assert "If-Match" in answer.json()["title"]


@pytest.mark.parametrize("tag", ["1", "*", '"one"', 'W/"1"', '"1", "2"', '"0"', '""', '"99999999999"'])
async def test_a_version_that_is_no_version_is_refused(world: World, tag: str) -> None:
    case = await world.open_case()

    answer = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=tag)

    assert answer.status_code == 422


@pytest.mark.parametrize("version", [1, 3, 999_999_999])
async def test_a_writer_who_has_not_seen_the_newest_change_gets_412(world: World, version: int) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)

    answer = await world.post(f"{case}/rating", "manager", {"rating": "green", "rationale": "No."}, version=version)

    assert answer.status_code == 412
    [row] = await world.rows('SELECT rating FROM "case"')
    assert row.rating == "red"


async def test_of_two_writers_with_the_same_version_one_succeeds(world: World) -> None:
    case = await world.open_case()

    answers = await asyncio.gather(
        *(world.post(f"{case}/rating", who, {"rating": "red"}, version=1) for who in ("worker", "manager"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await world.events("case.rated")) == 1


async def test_of_many_writers_of_different_kinds_one_succeeds_for_each_version(world: World) -> None:
    case = await world.open_case()
    ask = {"agency": "metropolitan-police", "lawful_basis": "public-task", "question": "?"}

    answers = await asyncio.gather(
        *(world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1) for _ in range(5)),
        *(world.post(f"{case}/information-requests", "manager", ask, version=1) for _ in range(5)),
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] in (200, 201)
    assert codes[1:] == [412] * 9
    assert await world.version(case) == 2


async def test_an_answer_makes_a_decision_taken_without_it_stale(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    recommendation_id = await world.recommend(case, 1)
    seen = await world.version(case)
    await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": "Yes."}

    answer = await world.post(f"{case}/decisions", "manager", body, version=seen)

    assert answer.status_code == 412


async def test_an_alarm_makes_no_writer_stale(world: World) -> None:
    case = await world.open_case()
    world.clock.advance(timedelta(days=3))
    sounded = await world.sound()

    answer = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)

    assert sounded == 5
    assert (answer.status_code, answer.json()["version"]) == (200, 7)


async def test_a_handover_accepted_twice_at_once_is_accepted_once(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    handover = await world.offer(case, 1)

    answers = await asyncio.gather(*(world.post(f"{handover}/acceptance", "team") for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_request_answered_many_times_at_once_has_one_answer(world: World) -> None:
    request = await world.ask(await world.open_case())

    answers = await asyncio.gather(
        *(world.post(f"{request}/answer", "police", {"answer": "nothing-held"}) for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await world.events("information.answered")) == 1

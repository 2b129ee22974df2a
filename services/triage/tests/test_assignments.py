"""Who has a case: claimed once, assigned by managers, given back; and never at the cost of somebody else's work."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from triage_steps import closed, line, shown
from triage_world import PEOPLE, World


async def met(world: World, *people: str) -> None:
    """They have been here, so a case can be given to them."""
    for who in people:
        assert (await world.get("/v1/cases", who, purpose=None)).status_code == 200


async def test_a_worker_claims_a_case_and_everybody_sees_whose_it_is(world: World) -> None:
    case = await world.open_case()

    answer = await world.post(f"{case}/claim", "worker", version=1)

    page, queued = await shown(world, case), await line(world)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json()["worker"], answer.json()["team"]) == ("worker", "wandsworth-mash")
    assert (page["worker"], page["team"], page["assigned_by"]) == ("worker", "wandsworth-mash", "worker")
    assert (queued["worker"], queued["is_mine"]) == ("worker", False)
    [event] = await world.events("case.assigned")
    assert (event["worker"], event["previous_worker"], event["assigned_by"]) == ("worker", None, "worker")


async def test_of_many_who_claim_at_once_one_gets_the_case(world: World) -> None:
    case = await world.open_case()
    people = ("officer", "worker", "second worker", "manager")

    answers = await asyncio.gather(*(world.post(f"{case}/claim", who, version=1) for who in people))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert len(await world.events("case.assigned")) == 1


async def test_a_case_that_somebody_has_is_claimed_by_nobody_else(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/claim", "worker", version=1)

    answer = await world.post(f"{case}/claim", "second worker", version=2)

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "already-assigned")


async def test_claiming_needs_to_know_who_has_the_case_and_nothing_else(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "manager", {"rating": "red"}, version=1)

    assert (await world.post(f"{case}/claim", "worker")).status_code == 428
    assert (await world.post(f"{case}/claim", "worker", version=99)).status_code == 412
    assert (await world.post(f"{case}/claim", "worker", version=1)).status_code == 200


async def test_being_assigned_makes_nobodys_work_stale(world: World) -> None:
    case = await world.open_case()
    await met(world, "second worker")
    await world.post(f"{case}/assignment", "manager", {"worker": "second-worker"}, version=1)

    answer = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)

    assert answer.status_code == 200


async def test_a_manager_gives_a_case_to_a_worker_or_to_a_team(world: World) -> None:
    case = await world.open_case()
    await met(world, "worker")

    to_worker = await world.post(f"{case}/assignment", "manager", {"worker": "worker"}, version=1)
    to_team = await world.post(f"{case}/assignment", "manager", {"team": "wandsworth-mash"}, version=2)
    again = await world.post(f"{case}/assignment", "manager", {"team": "wandsworth-mash"}, version=3)

    assert (to_worker.json()["worker"], to_worker.json()["team"]) == ("worker", "wandsworth-mash")
    assert (to_team.json()["worker"], to_team.json()["team"]) == (None, "wandsworth-mash")
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[-1]) == (409, "same-assignment")
    assert [one["previous_worker"] for one in await world.events("case.assigned")] == [None, "worker"]


@pytest.mark.parametrize(
    ("form", "slug"),
    [
        ({"worker": "nobody-here"}, "no-such-worker"),
        ({"worker": "stranger"}, "no-such-worker"),
        ({"team": "wandsworth-macpt"}, "no-such-workers-team"),
        ({}, "invalid"),
        ({"worker": "worker", "team": "wandsworth-mash"}, "invalid"),
    ],
)
async def test_a_case_goes_to_nobody_who_does_not_work_here(world: World, form: dict[str, Any], slug: str) -> None:
    case = await world.open_case()
    await met(world, "worker", "stranger")

    answer = await world.post(f"{case}/assignment", "manager", form, version=1)

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, slug)
    assert await world.events("case.assigned") == []


async def test_anyone_who_has_a_case_gives_it_back_and_so_may_a_manager_but_nobody_else(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/claim", "worker", version=1)

    other = await world.post(f"{case}/unassignment", "officer", version=2)
    own = await world.post(f"{case}/unassignment", "worker", version=2)
    await world.post(f"{case}/claim", "worker", version=3)
    managers = await world.post(f"{case}/unassignment", "manager", version=4)

    assert (other.status_code, other.json()["type"].rsplit("/", 1)[-1]) == (409, "not-yours")
    assert (own.status_code, own.json()["worker"], own.json()["team"]) == (200, None, None)
    assert managers.status_code == 200


async def test_a_closed_case_is_assigned_to_nobody(world: World) -> None:
    case = await closed(world)

    answer = await world.post(f"{case}/claim", "worker", version=await world.version(case))

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "case-closed")


async def test_each_of_many_cases_is_assigned_or_refused_by_itself(world: World) -> None:
    await met(world, "worker", "second worker")
    cases = [await world.open_case(number) for number in (1, 2, 3)]
    foreign = await world.open_case(4, partnership="warwickshire")
    await world.post(f"{cases[1]}/claim", "second worker", version=1)
    rows = [{"case_id": case.rsplit("/", 1)[-1], "version": 1} for case in (*cases, foreign)]

    answer = await world.post("/v1/assignments", "manager", {"worker": "worker", "cases": rows})

    done = answer.json()
    problems = [one["problem"] and one["problem"]["type"].rsplit("/", 1)[-1] for one in done["results"]]
    assert (answer.status_code, done["assigned"], done["refused"]) == (200, 2, 2)
    assert [one["case_id"] for one in done["results"]] == [row["case_id"] for row in rows]
    assert problems == [None, "assignment-changed", None, "no-such-case"]
    assert done["results"][0]["assignment"]["version"] == 2
    held = await world.rows('SELECT worker FROM "case" ORDER BY reference')
    assert [row.worker for row in held] == ["worker", "second-worker", "worker", None]
    assert [one["reason"] for one in await world.events("access.denied")] == ["partnership"]


async def test_many_cases_are_given_back_at_once(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/claim", "worker", version=1)
    row = {"case_id": case.rsplit("/", 1)[-1], "version": 2}

    answer = await world.post("/v1/assignments", "manager", {"cases": [row]})

    assert answer.json()["results"][0]["assignment"]["worker"] is None


async def test_people_who_assign_the_same_cases_in_other_orders_do_not_wait_for_each_other(world: World) -> None:
    await met(world, "worker")
    rows = [{"case_id": (await world.open_case(number)).rsplit("/", 1)[-1], "version": 1} for number in range(1, 9)]
    forms = [{"worker": "worker", "cases": order} for order in (rows, rows[::-1]) * 3]

    answers = await asyncio.gather(*(world.post("/v1/assignments", "manager", form) for form in forms))

    assert [answer.status_code for answer in answers] == [200] * 6
    assert sum(answer.json()["assigned"] for answer in answers) == 8


@pytest.mark.parametrize(
    "cases",
    [[], [{"case_id": str(UUID(int=1)), "version": 1}] * 2, [{"case_id": str(UUID(int=1)), "version": 0}]],
)
async def test_what_cannot_be_assigned_at_once_is_refused_whole(world: World, cases: list[Any]) -> None:
    answer = await world.post("/v1/assignments", "manager", {"worker": "worker", "cases": cases})

    assert answer.status_code == 422


@pytest.mark.parametrize(("act", "allowed"), [("claim", {"officer", "worker", "second worker", "manager"}),
                                              ("assignment", {"manager"})])  # fmt: skip
async def test_only_staff_of_the_partnership_assign_and_refusals_are_written_down(
    world: World, act: str, allowed: set[str]
) -> None:
    case = await world.open_case()
    form = {"worker": "worker"} if act == "assignment" else None
    refused = [who for who in PEOPLE if who not in allowed]

    answers = {who: await world.post(f"{case}/{act}", who, form, version=1) for who in refused}

    staff = {"officer", "worker", "second worker", "manager"}
    assert {who: answer.status_code for who, answer in answers.items()} == {
        who: 403 if who in staff else 404 for who in refused
    }
    assert [one["actor"] for one in await world.events("access.denied")] == [PEOPLE[who]["subject"] for who in refused]


async def test_the_list_of_workers_says_who_was_here_and_how_much_each_has(world: World) -> None:
    await met(world, "worker", "officer", "stranger")
    case = await world.open_case()
    await world.post(f"{case}/claim", "worker", version=1)

    answer = await world.get("/v1/workers", "manager", purpose=None)

    found = {one["worker"]: (one["open_cases"], one["is_me"], one["roles"]) for one in answer.json()["workers"]}
    assert found == {
        "worker": (1, False, ["social-worker"]),
        "officer": (0, False, ["contact-officer"]),
        "manager": (0, True, ["mash-manager"]),
    }
    assert (await world.get("/v1/workers", "police", purpose=None)).status_code == 403


async def test_a_claim_that_is_sent_again_is_answered_as_before(world: World) -> None:
    case = await world.open_case()

    first, second = [await world.post(f"{case}/claim", "worker", version=1, key="key-1") for _ in range(2)]

    assert (first.status_code, second.status_code, second.content) == (200, 200, first.content)
    assert second.headers["ETag"] == '"2"'
    assert len(await world.events("case.assigned")) == 1

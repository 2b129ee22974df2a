"""A closed case that news opens again: nobody is left undecided in it, and it waits for nobody for ever."""

import asyncio
from datetime import timedelta

import pytest
from triage_examples import NOW
from triage_steps import NEW_CHILD, closed, decided, handed_over, line, shown
from triage_world import World


@pytest.mark.parametrize("tell", ["supplement", "withdraw"])
async def test_news_of_a_closed_case_opens_it_again_with_a_fresh_clock(world: World, tell: str) -> None:
    case = await closed(world)
    world.clock.advance(timedelta(days=6))

    await getattr(world, tell)()

    now, queued = await shown(world, case), await line(world)
    [reopened], [informed] = await world.events("case.reopened"), await world.events("case.informed")
    assert (now["state"], now["closed_at"], now["closed_reason"]) == ("decided", None, None)
    assert reopened["decision_due_at"] == now["decision_due_at"] == queued["due_at"] == "2026-12-01T17:00:00Z"
    assert now["reopened_at"] == queued["reopened_at"] == informed["informed_at"] == "2026-11-30T10:00:00Z"
    running = [clock["name"] for clock in now["clocks"] if clock["stopped_at"] is None]
    assert (running, now["overdue"], now["seconds_left"] > 0) == (["decision"], False, True)


async def test_a_person_looks_and_closes_again_and_the_clock_stops(world: World) -> None:
    case = await handed_over(world)
    await world.supplement()
    version = (await shown(world, case, "manager"))["version"]

    answer = await world.post(f"{case}/closure", "manager", version=version)

    assert (answer.status_code, answer.json()["reason"]) == (200, "handed-over")
    assert all(clock["stopped_at"] for clock in (await shown(world, case))["clocks"])
    assert len(await world.events("case.closed")) == 2


async def test_when_nobody_looks_at_what_opened_a_case_again_people_are_told(world: World) -> None:
    await closed(world)
    world.clock.advance(timedelta(days=6))
    await world.supplement()
    before = len(await world.events("clock.breached"))

    world.clock.advance(timedelta(days=2))
    await world.sound()

    breached = (await world.events("clock.breached"))[before:]
    assert [event["clock"] for event in breached] == ["decision"]
    assert "mash-manager" in breached[0]["tell"]


async def test_a_new_child_after_the_closing_is_decided_and_handed_over_before_the_case_closes(world: World) -> None:
    case = await handed_over(world)
    world.clock.advance(timedelta(days=1))
    await world.supplement(**NEW_CHILD)
    version = (await shown(world, case, "manager"))["version"]
    early = await world.post(f"{case}/closure", "manager", version=version)

    decision = await world.decide(case, 3)
    accepted = await world.post(f"{await world.offer(case, 3)}/acceptance", "team")

    assert early.status_code == 409
    assert decision.json()["all_children_decided"]
    assert accepted.json()["case_closed"]


async def test_after_a_case_was_opened_again_a_rating_times_its_decision_from_the_news(world: World) -> None:
    case = await closed(world)
    world.clock.advance(timedelta(days=6))
    await world.supplement(**NEW_CHILD)

    answer = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=await world.version(case))

    assert answer.json()["decision_due_at"] == "2026-11-30T14:00:00Z"


async def test_the_clock_of_news_that_was_long_on_its_way_runs_from_its_receipt(world: World) -> None:
    case = await closed(world)
    world.clock.advance(timedelta(days=6))

    await world.supplement(received_at=NOW + timedelta(days=1))

    now = await shown(world, case)
    assert now["decision_due_at"] == "2026-11-26T17:00:00Z"
    assert now["overdue"]


@pytest.mark.parametrize("attempt", range(4))
async def test_closing_and_news_at_once_leave_no_child_undecided_in_a_closed_case(world: World, attempt: int) -> None:
    case = await world.open_case()
    await decided(world, case)
    version = await world.version(case)

    closing, _ = await asyncio.gather(
        world.post(f"{case}/closure", "manager", version=version), world.supplement(**NEW_CHILD)
    )

    now = await shown(world, case)
    reopened = await world.events("case.reopened")
    assert (closing.status_code, len(reopened)) in ((200, 1), (412, 0))
    assert (now["state"], now["children"][-1]["decided"]) == ("new", False)
    assert [clock["name"] for clock in now["clocks"] if clock["stopped_at"] is None and clock["name"] == "decision"]

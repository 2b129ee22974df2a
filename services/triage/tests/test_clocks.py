"""Alarms sound once each, after any restart, only while their clock runs, and change nothing else."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from triage_examples import NOW
from triage_world import World

from chassis.db import Database
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from triage.clocks import Watch

WEEK = timedelta(days=7)


async def alarms(world: World) -> list[tuple[str, float]]:
    """What has sounded: clock and share, in order."""
    rows = await world.rows(
        """SELECT convert_from(data, 'UTF8')::jsonb->>'clock' AS clock,
                  CAST(convert_from(data, 'UTF8')::jsonb->>'share' AS float) AS share
           FROM event WHERE headers->>'ce_type' LIKE 'clock.%' ORDER BY id"""
    )
    return [(row.clock, row.share) for row in rows]


async def snapshot(world: World) -> dict[str, Any]:
    """What an alarm must leave alone."""
    tables = ("rating", "information_request", "recommendation", "decision", "handover", "clock")
    queries = {name: f"SELECT * FROM {name} ORDER BY 1, 2" for name in tables}
    queries["case"] = 'SELECT case_id, rating, closed_at, decision_due_at FROM "case"'
    return {name: [tuple(row) for row in await world.rows(query)] for name, query in queries.items()}


async def test_alarms_sound_when_their_moment_has_come_and_not_before(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)  # due in four hours
    sounded: list[int] = []

    for minutes in (119, 1, 59, 1, 59, 1):
        world.clock.advance(timedelta(minutes=minutes))
        sounded.append(await world.sound())

    assert sounded == [0, 1, 0, 1, 0, 1]
    assert await alarms(world) == [("decision", 0.5), ("decision", 0.75), ("decision", 1.0)]
    assert [one["tell"] for one in await world.events("clock.warned")] == [["social-worker"], ["mash-manager"]]
    [breached] = await world.events("clock.breached")
    assert breached["tell"] == ["mash-manager", "head-of-service"]
    assert datetime.fromisoformat(breached["due_at"]) == NOW + timedelta(hours=4)


async def test_what_came_due_while_nobody_watched_sounds_once_after_the_restart(world: World) -> None:
    await world.open_case()
    world.clock.advance(WEEK)

    first, second = await world.sound(), await world.sound()

    assert (first, second) == (5, 0)
    heard = await alarms(world)
    assert len(heard) == len(set(heard)) == 5


async def test_several_watches_at_once_sound_each_alarm_once(world: World) -> None:
    for number in range(1, 21):
        await world.open_case(number)
    world.clock.advance(WEEK)

    while any(await asyncio.gather(*(world.sound() for _ in range(4)))):
        pass

    assert len(await alarms(world)) == 100
    assert sorted(row.version for row in await world.rows('SELECT version FROM "case"')) == [6] * 20


async def test_a_round_takes_more_cases_than_one_batch_in_turns(world: World) -> None:
    for number in range(1, 61):
        await world.open_case(number)
    world.clock.advance(WEEK)

    rounds = [await world.sound() for _ in range(3)]

    assert rounds == [250, 50, 0]


async def test_a_case_that_somebody_works_on_is_left_for_the_next_round(world: World) -> None:
    await world.open_case(1)
    await world.open_case(2)
    world.clock.advance(WEEK)

    async with world.db.transaction() as tx:
        await tx.exec_driver_sql("""SELECT 1 FROM "case" WHERE reference = 'WAN-TEST-0001' FOR UPDATE""")
        meanwhile = await world.sound()
    afterwards = await world.sound()

    assert (meanwhile, afterwards) == (5, 5)


async def test_a_clock_that_has_stopped_never_sounds(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "amber"}, version=1)
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})
    await world.decide(case, 1)
    await world.decide(case, 2)
    await world.post(f"{await world.offer(case, 1, 2)}/acceptance", "team")
    world.clock.advance(WEEK)

    assert await world.sound() == 0
    rows = await world.rows("SELECT stopped_at FROM clock")
    assert all(row.stopped_at is not None for row in rows)


async def test_the_decision_clock_runs_until_the_last_child_is_decided(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "amber"}, version=1)
    await world.decide(case, 1, "no-further-action")
    world.clock.advance(WEEK)

    await world.sound()

    assert ("decision", 1.0) in await alarms(world)


async def test_closing_stops_the_clocks_of_questions_that_were_never_answered(world: World) -> None:
    case = await world.open_case()
    await world.ask(case)
    await world.decide(case, 1, "no-further-action")
    await world.decide(case, 2, "no-further-action")
    await world.post(f"{case}/closure", "manager", version=await world.version(case))
    world.clock.advance(WEEK)

    assert await world.sound() == 0


async def test_people_are_notified_of_the_silence_of_an_agency_and_of_a_team(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    await world.ask(case)
    await world.decide(case, 1)
    await world.decide(case, 2)
    await world.offer(case, 1, 2)
    world.clock.advance(WEEK)

    await world.sound()

    assert {clock for clock, share in await alarms(world) if share == 1} == {
        "information-request",
        "handover-child-protection",
    }


async def test_an_alarm_closes_downgrades_and_hides_nothing(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    await world.ask(case)
    world.clock.advance(WEEK)
    before = await snapshot(world)

    sounded = await world.sound()

    assert sounded > 0
    assert await snapshot(world) == before
    shown = (await world.get(case, "worker")).json()
    assert (shown["state"], shown["overdue"]) == ("rated", True)
    assert shown["seconds_left"] < 0


async def test_a_new_rating_moves_what_has_not_sounded_and_keeps_the_start(world: World) -> None:
    case = await world.open_case()
    world.clock.advance(timedelta(hours=3))
    rated = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)

    sounded = await world.sound()

    assert datetime.fromisoformat(rated.json()["decision_due_at"]) == NOW + timedelta(hours=4)
    assert sounded == 2  # half and three quarters of four hours, counted from the receipt
    assert await alarms(world) == [("decision", 0.5), ("decision", 0.75)]


async def test_a_lower_rating_gives_more_time_but_no_alarm_twice(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    world.clock.advance(timedelta(hours=2))
    await world.sound()
    lower = {"rating": "green", "rationale": "The bruise was explained."}
    rated = await world.post(f"{case}/rating", "manager", lower, version=await world.version(case))
    world.clock.advance(WEEK)

    await world.sound()

    assert datetime.fromisoformat(rated.json()["decision_due_at"]) > NOW + timedelta(hours=4)
    assert await alarms(world) == [("decision", 0.5), ("decision", 0.75), ("decision", 1.0)]


async def test_a_decision_that_is_late_stays_late_under_a_lower_rating(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    world.clock.advance(timedelta(hours=5))
    lower = {"rating": "green", "rationale": "The bruise was explained."}

    rated = await world.post(f"{case}/rating", "manager", lower, version=2)

    assert datetime.fromisoformat(rated.json()["decision_due_at"]) == NOW + timedelta(hours=4)
    assert await world.sound() == 3


async def test_the_watch_goes_on_until_it_is_asked_to_stop(world: World) -> None:
    await world.open_case()
    world.clock.advance(WEEK)
    stop = Stop()

    watching = asyncio.create_task(Watch(world.db, world.clock, world.dependencies.addresses).run(stop))
    async with asyncio.timeout(20):
        while len(await alarms(world)) < 5:
            pass
    stop.set()
    await asyncio.wait_for(watching, 5)

    assert watching.exception() is None


async def test_the_watch_outlives_a_database_that_is_away(world: World) -> None:
    away = Database.connect("postgresql://nobody:nothing@127.0.0.1:1/nowhere")
    stop = Stop()

    watching = asyncio.create_task(Watch(away, SettableClock(NOW), world.dependencies.addresses).run(stop))
    done, _ = await asyncio.wait({watching}, timeout=0.3)
    stop.set()
    await asyncio.wait_for(watching, 10)
    await away.close()

    assert not done

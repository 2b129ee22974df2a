"""Open cases and time limits as the dashboards show them."""

from datetime import timedelta

from sqlalchemy import text
from triage_world import World

from chassis.testing.shown import shown
from triage import gauges


async def measure(world: World) -> None:
    async with world.db.transaction() as tx:
        await gauges.measure(tx, world.clock.now())


async def test_open_cases_are_counted_by_what_they_wait_for(world: World) -> None:
    case = await world.open_case(1)
    await world.open_case(2)
    world.clock.advance(timedelta(minutes=3))
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)

    await measure(world)

    assert shown("cases_open", partnership="wandsworth", waits_for="rating") == 1
    assert shown("cases_open", partnership="wandsworth", waits_for="recommendation") == 1
    assert shown("oldest_unrated_seconds") == 180


async def test_a_case_is_late_soon_within_the_hour_and_then_late(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)  # due in four hours
    seen = []

    for hours in (2, 1.5, 1):
        world.clock.advance(timedelta(hours=hours))
        await measure(world)
        names = ("cases_late_soon", "cases_late")
        seen.append(tuple(shown(name, partnership="wandsworth") for name in names))

    assert seen == [(0, 0), (1, 0), (0, 1)]
    assert shown("oldest_late_seconds") == 1800


async def test_an_alarm_that_nobody_sounded_is_seen_and_one_that_sounded_is_counted(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    world.clock.advance(timedelta(hours=2, minutes=1))
    before = shown("clock_alarms_total", clock="decision", outcome="warned") or 0

    await measure(world)
    unsounded = shown("oldest_unsounded_seconds")
    await world.sound()
    await measure(world)

    assert unsounded == 60
    assert shown("oldest_unsounded_seconds") == 0
    assert shown("clock_alarms_total", clock="decision", outcome="warned") == before + 1


async def test_counting_open_cases_reads_the_queues_index_alone(world: World) -> None:
    await world.open_case()
    async with world.db.transaction() as tx:
        for setting in ("enable_seqscan", "enable_bitmapscan"):
            await tx.execute(text(f"SET LOCAL {setting} = off"))
        plan = (await tx.execute(text(f"EXPLAIN {gauges.OPEN}"), world_times(world))).scalars().all()

    assert [line for line in plan if "Index Only Scan using case_queue" in line], plan


def world_times(world: World) -> dict[str, object]:
    return {"now": world.clock.now(), "soon": world.clock.now() + gauges.SOON}

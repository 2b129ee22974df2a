"""Flow: cases that are open, since when the oldest, and those that were closed within a day."""

from datetime import timedelta

from triage_world import World

from chassis.web.operated import Stage
from triage.store import flow


async def counted(world: World) -> Stage:
    async with world.db.transaction() as tx:
        (stage,) = await flow.count(tx, world.clock.now())
    return stage


async def test_cases_are_in_triage_from_their_receipt_until_they_are_closed(world: World) -> None:
    empty, began = await counted(world), world.clock.now()
    await world.open_case(1)
    world.clock.advance(timedelta(minutes=10))
    await world.open_case(2)

    assert empty == Stage(name="in-triage", waiting=0, since=None, passed=0)
    assert await counted(world) == Stage(name="in-triage", waiting=2, since=began, passed=0)

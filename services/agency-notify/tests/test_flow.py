"""Flow: notices that are to be pushed, since when the oldest, and pushes that were taken within a day."""

from datetime import timedelta

from notify_examples import NOW, information_requested
from notify_world import Script, deliverer, queue, set_endpoint

from agency_notify.store import flow
from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.web.operated import Stage


async def counted(db: Database, clock: SettableClock) -> Stage:
    async with db.transaction() as tx:
        (stage,) = await flow.count(tx, clock.now())
    return stage


async def test_a_notice_waits_until_it_is_delivered_and_is_counted_for_a_day(
    db: Database, clock: SettableClock
) -> None:
    empty = await counted(db, clock)
    await set_endpoint(db, agency="metropolitan-police")
    await queue(db, information_requested())
    clock.advance(timedelta(minutes=5))
    waiting = await counted(db, clock)
    await deliverer(db, clock, Script()).deliver_due()
    delivered = await counted(db, clock)
    clock.advance(timedelta(days=1, seconds=1))
    day_after = await counted(db, clock)

    assert empty == Stage(name="notices", waiting=0, since=None, passed=0)
    assert waiting == Stage(name="notices", waiting=1, since=NOW, passed=0)
    assert delivered == Stage(name="notices", waiting=0, since=None, passed=1)
    assert day_after.passed == 0

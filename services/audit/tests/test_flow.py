"""Flow: events that wait for their place in the log, and those that were given one."""

from datetime import timedelta
from typing import Any

from audit import flow
from chassis.web.operated import Stage

DatabaseLog = Any  # the log in a database that the fixture makes


async def counted(log: DatabaseLog, *, after: timedelta = timedelta()) -> Stage:
    async with log.db.transaction() as tx:
        (stage,) = await flow.count(tx, log.clock.now() + after)
    return stage


async def test_events_wait_until_they_have_a_place_and_are_counted_for_a_day(database_log: DatabaseLog) -> None:
    empty = await counted(database_log)
    await database_log.append(7)
    waiting = await counted(database_log)
    await database_log.advance()
    logged = await counted(database_log)

    assert (empty.waiting, empty.since, empty.passed) == (0, None, 0)
    assert (waiting.waiting, waiting.passed) == (7, 0)
    assert waiting.since is not None
    assert (logged.waiting, logged.since, logged.passed) == (0, None, 7)
    assert (await counted(database_log, after=timedelta(days=2))).passed == 0

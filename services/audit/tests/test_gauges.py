"""How long something waits for its place in the log and for a signature."""

from datetime import timedelta
from typing import Any

from audit import gauges
from chassis.testing.clock import START
from chassis.testing.shown import shown

DatabaseLog = Any  # the log in a database that the fixture makes


async def measured(log: DatabaseLog) -> dict[str, float | None]:
    async with log.db.transaction() as tx:
        await gauges.measure(tx, log.clock.now())
    names = ("log_pending", "oldest_pending_seconds", "log_unsigned_entries", "log_unsigned_seconds")
    return {name: shown(name) for name in names}


async def test_what_has_no_place_yet_waits_for_one_and_for_a_signature(database_log: DatabaseLog) -> None:
    await database_log.append(3)
    database_log.clock.advance(timedelta(minutes=1))
    waits = (database_log.clock.now() - START).total_seconds()

    assert await measured(database_log) == {
        "log_pending": 3,
        "oldest_pending_seconds": waits,
        "log_unsigned_entries": 0,
        "log_unsigned_seconds": waits,
    }


async def test_what_has_a_place_waits_for_a_signature_since_the_last_one_at_the_longest(
    database_log: DatabaseLog,
) -> None:
    database_log.clock.advance(timedelta(minutes=5))
    await database_log.advance()
    await database_log.append(3)
    database_log.clock.advance(timedelta(seconds=59))
    await database_log.advance(database_log.sequencer(every_seconds=3600))
    unsigned = await measured(database_log)
    age = shown("log_signature_age_seconds")

    await database_log.advance()

    assert (unsigned["log_pending"], unsigned["log_unsigned_entries"], unsigned["log_unsigned_seconds"]) == (0, 3, 59)
    assert age == 59
    assert await measured(database_log) == dict.fromkeys(unsigned, 0)


async def test_a_quiet_log_is_signed_long_ago_and_nothing_waits(database_log: DatabaseLog) -> None:
    await database_log.append(3)
    await database_log.advance()
    database_log.clock.advance(timedelta(days=3))

    assert set((await measured(database_log)).values()) == {0}
    assert shown("log_signature_age_seconds") == timedelta(days=3).total_seconds()

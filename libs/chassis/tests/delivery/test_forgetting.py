"""Forgetting: what ends, what never does, and counts that stay right while they are folded."""

from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.db import Database
from chassis.delivery.forgetting import MOST_UNFOLDED, Forgetting, fold, parked_that_took_effect
from chassis.testing.clock import SettableClock
from chassis.testing.delivery import NOW

PARKED: Final = text(
    """INSERT INTO parked (topic, partition, kafka_offset, headers, error_class, parked_at, settled_at, settled_as)
       SELECT 'triage.v1', 0, n, '{}', 'gap', CAST(:at AS timestamptz), CAST(:at AS timestamptz), :settled_as
       FROM generate_series(1, :count) n"""
)
SUMS: Final = text("SELECT what || ' ' || name, CAST(sum(events) AS bigint) FROM tally GROUP BY 1")
COUNTED: Final = text(
    """SELECT 'recorded ' || topic, count(*) FROM event GROUP BY 1
       UNION ALL SELECT 'applied ' || split_part(aggregate, '/', 1), sum(version) FROM applied GROUP BY 1"""
)


async def forget(db: Database, *, days: int = 90, times: int = 1) -> list[bool]:
    forgetting = Forgetting(db, SettableClock(NOW), (parked_that_took_effect(days),))
    async with db.engine.connect() as connection:
        return [await forgetting.forget(connection) for _ in range(times)]


async def park(db: Database, settled_as: str | None, *, days_ago: int, count: int = 1) -> None:
    at = NOW - timedelta(days=days_ago)
    async with db.transaction() as tx:
        await tx.execute(PARKED, {"at": at, "settled_as": settled_as, "count": count})


async def kept(db: Database) -> dict[str | None, int]:
    async with db.transaction() as tx:
        rows = await tx.execute(text("SELECT settled_as, count(*) AS messages FROM parked GROUP BY 1"))
        return {row.settled_as: row.messages for row in rows}


async def test_parked_messages_end_that_took_effect_so_long_ago(db: Database) -> None:
    for settled_as in ("applied", "repeated"):
        await park(db, settled_as, days_ago=91)
        await park(db, settled_as, days_ago=89)

    await forget(db)

    assert await kept(db) == {"applied": 1, "repeated": 1}


async def test_what_was_discarded_or_still_waits_is_kept_for_ever(db: Database) -> None:
    await park(db, "discarded", days_ago=4000)
    await park(db, None, days_ago=4000)

    await forget(db)

    assert await kept(db) == {"discarded": 1, None: 1}


async def test_the_database_itself_refuses_to_delete_what_did_not_take_effect(db: Database) -> None:
    await park(db, "discarded", days_ago=4000)

    with pytest.raises(DBAPIError, match="only parked messages that took effect"):
        async with db.transaction() as tx:
            await tx.execute(text("DELETE FROM parked"))


async def test_many_rows_end_batch_by_batch(db: Database) -> None:
    await park(db, "applied", days_ago=91, count=2500)

    assert await forget(db, times=3) == [True, True, False]
    assert await kept(db) == {}


async def test_the_loop_knows_when_the_next_row_ends(db: Database) -> None:
    await park(db, "applied", days_ago=10)

    async with db.transaction() as tx:
        due = await parked_that_took_effect(90).next_due(tx)

    assert due == NOW + timedelta(days=80)


async def test_events_are_counted_as_they_are_recorded_and_applied(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            text(
                """INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at)
                   SELECT gen_random_uuid(), 'case/' || n % 7, n, CASE WHEN n % 3 = 0 THEN 'a.v1' ELSE 'b.v1' END,
                          '', '{}', '', now() FROM generate_series(1, 50) n"""
            )
        )
        await tx.execute(text("INSERT INTO applied SELECT 'case/' || n, n FROM generate_series(1, 9) n"))
    async with db.transaction() as tx:
        await tx.execute(
            text(
                """INSERT INTO applied VALUES ('case/3', 8), ('notice/1', 2), ('case/9', 9)
                   ON CONFLICT (aggregate) DO UPDATE SET version = EXCLUDED.version"""
            )
        )

    async with db.transaction() as tx:
        sums, counted = [(await tx.execute(each)).all() for each in (SUMS, COUNTED)]
        assert dict(map(tuple, sums)) == dict(map(tuple, counted))


async def test_folding_keeps_the_sums_and_what_others_add_meanwhile(db: Database) -> None:
    insert = text("INSERT INTO tally VALUES ('recorded', :name, :events)")
    async with db.transaction() as tx:
        await tx.execute(insert, [{"name": f"t{n % 2}", "events": n} for n in range(MOST_UNFOLDED + 1)])
    async with db.transaction() as open_writer:
        await open_writer.execute(insert, {"name": "t0", "events": 1000})
        async with db.transaction() as tx:
            await fold(tx)
        async with db.transaction() as other:
            assert await other.scalar(text("SELECT count(*) FROM tally")) == 2

    async with db.transaction() as tx:
        assert dict(map(tuple, (await tx.execute(SUMS)).all())) == {"recorded t0": 2550 + 1000, "recorded t1": 2500}

"""Indexes that are built after the rows are whole, and what PostgreSQL touched is counted for one turn."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from bench.growth.touched import Pages, Touched
from bench.indexes import built_afterwards

ROWS = 2_000


@pytest.fixture
async def connection(postgres: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres)
    await connection.execute('CREATE TEMP TABLE "case" (case_id uuid PRIMARY KEY, reference text UNIQUE)')
    try:
        yield connection
    finally:
        await connection.close()


async def fill(connection: asyncpg.Connection) -> None:
    await connection.execute('INSERT INTO "case" SELECT md5(n::text)::uuid, n FROM generate_series(1, $1) n', ROWS)


async def test_rows_that_came_before_their_indexes_are_found_by_them(connection: asyncpg.Connection) -> None:
    async with built_afterwards(connection, ["case"]):
        await fill(connection)

    await connection.execute("SET enable_seqscan = off")
    plan = await connection.fetch("EXPLAIN SELECT 1 FROM \"case\" WHERE reference = '7'")
    assert "case_reference_key" in str(plan)
    assert await connection.fetchval("SELECT count(*) FROM \"case\" WHERE reference = '7'") == 1
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO \"case\" VALUES (gen_random_uuid(), '7')")


async def test_indexes_of_random_keys_are_left_with_room_and_later_grow_as_usual(
    connection: asyncpg.Connection,
) -> None:
    await fill(connection)
    await connection.execute('REINDEX TABLE "case"')
    built_full = await connection.fetchval("SELECT pg_relation_size('case_pkey')")
    await connection.execute('TRUNCATE "case"')

    async with built_afterwards(connection, ["case"]):
        await fill(connection)

    assert await connection.fetchval("SELECT pg_relation_size('case_pkey')") > built_full
    assert await connection.fetchval("SELECT reloptions FROM pg_class WHERE relname = 'case_pkey'") is None


async def test_within_the_block_indexes_are_not_kept_up(connection: asyncpg.Connection) -> None:
    async with built_afterwards(connection, ["case"]):
        before = await connection.fetchval("SELECT pg_relation_size('case_pkey')")
        await fill(connection)
        assert await connection.fetchval("SELECT pg_relation_size('case_pkey')") == before


def test_what_was_touched_is_of_one_turn_and_says_of_what() -> None:
    before = Pages(hit={"a": 100, "b": 5}, read={"a": 10, "b": 0})
    after = Pages(hit={"a": 130, "b": 8, "c": 3}, read={"a": 16, "b": 0, "c": 3})

    assert Touched.between(before, after, turns=3) == Touched(pages=15, pages_read=3, most_read={"a": 2, "c": 1})


async def test_pages_are_counted_by_table_and_index(postgres: str) -> None:
    connection = await asyncpg.connect(postgres, database="postgres")
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS counted (id bigint PRIMARY KEY)")
        before = await Pages.now(postgres, ["postgres"])
        await connection.execute("INSERT INTO counted SELECT n FROM generate_series(1, 10) n")
        await connection.execute("SELECT pg_stat_force_next_flush()")
        after = await Pages.now(postgres, ["postgres"])
    finally:
        await connection.execute("DROP TABLE counted")
        await connection.close()

    assert after.hit["postgres.counted"] > before.hit["postgres.counted"]
    assert after.hit["postgres.counted_pkey"] > before.hit["postgres.counted_pkey"]

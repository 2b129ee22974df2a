"""Indexes that are built after the rows are whole, and what PostgreSQL touched is counted for one turn."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from bench.growth.touched import Touched
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


def test_what_was_touched_is_of_one_turn() -> None:
    before, after = Touched(100, 10, 5.0, 1), Touched(160, 13, 11.0, 4)

    assert after.since(before, turns=3) == Touched(20, 1, 2, 1)

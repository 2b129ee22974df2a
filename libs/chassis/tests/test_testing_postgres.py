"""The statement that empties tables between tests leaves nothing, whatever the tables hold and however much."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.testing.postgres import emptying

_TABLES = (
    'CREATE TEMPORARY TABLE "case" (id int PRIMARY KEY, data text)',
    'CREATE TEMPORARY TABLE rating (of int REFERENCES "case")',
    "CREATE TEMPORARY TABLE parked (id int)",
    """CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'never deleted'; END $$""",
    "CREATE TRIGGER kept BEFORE DELETE ON parked FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()",
)
_EMPTY = emptying(("rating", "case", "parked"))


@pytest.fixture
async def connection(shared_urls: DatabaseUrls) -> AsyncIterator[AsyncConnection]:
    owner = Database.connect(shared_urls.owner_url, pool_size=1)
    async with owner.engine.connect() as connection:
        for statement in _TABLES:
            await connection.execute(text(statement))
        yield connection
        await connection.rollback()
    await owner.close()


async def left(connection: AsyncConnection) -> list[int]:
    counts = 'SELECT (SELECT count(*) FROM "case"), (SELECT count(*) FROM rating), (SELECT count(*) FROM parked)'
    return list((await connection.execute(text(counts))).one())


@pytest.mark.parametrize("count", [3, 20_000])
async def test_few_rows_and_many_are_gone_with_what_refers_to_them(connection: AsyncConnection, count: int) -> None:
    filling = """INSERT INTO "case" SELECT n, repeat('x', 50) FROM generate_series(1, :count) n"""
    await connection.execute(text(filling), {"count": count})
    await connection.execute(text("INSERT INTO rating VALUES (1), (2)"))

    await connection.execute(text(_EMPTY))

    assert await left(connection) == [0, 0, 0]


async def test_parked_messages_are_gone_though_nobody_may_delete_them(connection: AsyncConnection) -> None:
    await connection.execute(text("INSERT INTO parked VALUES (1)"))

    await connection.execute(text(_EMPTY))

    assert await left(connection) == [0, 0, 0]

"""Transactions on the driver itself: committed, rolled back, and honest when the database goes away."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from chassis.db import DRIVER_POOL_SIZE, Database, DatabaseUnavailable
from chassis.delivery import failures

PARK = "INSERT INTO applied (aggregate, version) VALUES ($1, 1)"


async def versions(db: Database, aggregate: str) -> int:
    async with db.transaction() as tx:
        return await tx.scalar(text("SELECT count(*) FROM applied WHERE aggregate = :a"), {"a": aggregate}) or 0


async def test_what_is_written_is_committed_when_the_block_ends(db: Database) -> None:
    async with db.driver_transaction() as tx:
        await tx.execute(PARK, "driver/kept")

    assert await versions(db, "driver/kept") == 1


async def test_what_is_written_is_rolled_back_when_the_block_raises(db: Database) -> None:
    with pytest.raises(LookupError):
        async with db.driver_transaction() as tx:
            await tx.execute(PARK, "driver/undone")
            raise LookupError

    assert await versions(db, "driver/undone") == 0


async def test_a_statement_is_committed_by_itself_and_a_transaction_after_it_is_one_again(db: Database) -> None:
    async with db.statement() as tx:
        await tx.execute(text("INSERT INTO applied (aggregate, version) VALUES ('by itself', 1)"))
        assert await versions(db, "by itself") == 1

    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await tx.execute(text("INSERT INTO applied (aggregate, version) VALUES ('undone', 1)"))
            raise ZeroDivisionError

    assert await versions(db, "undone") == 0


async def test_a_row_that_is_refused_is_our_fault_and_not_the_databases_absence(db: Database) -> None:
    with pytest.raises(asyncpg.NotNullViolationError):
        async with db.driver_transaction() as tx:
            await tx.execute(PARK, None)


async def test_more_callers_than_connections_wait_their_turn(db: Database) -> None:
    async def one() -> int:
        async with db.driver_transaction() as tx:
            return int(await tx.fetchval("SELECT 1"))

    assert sum(await asyncio.gather(*(one() for _ in range(5 * DRIVER_POOL_SIZE)))) == 5 * DRIVER_POOL_SIZE


async def test_a_connection_killed_in_its_transaction_is_the_databases_absence_and_the_next_one_works(
    db: Database, postgres: str
) -> None:
    killer = await asyncpg.connect(postgres)

    with pytest.raises(DatabaseUnavailable):
        async with db.driver_transaction() as tx:
            pid = await tx.fetchval("SELECT pg_backend_pid()")
            await killer.execute("SELECT pg_terminate_backend($1)", pid)
            await tx.execute(PARK, "driver/killed")

    await killer.close()
    async with db.driver_transaction() as tx:
        assert await tx.fetchval("SELECT 1") == 1
    assert await versions(db, "driver/killed") == 0


async def test_connections_that_ended_while_nobody_used_them_are_replaced_before_the_next_transaction(
    db: Database, postgres: str
) -> None:
    async with db.transaction() as one, db.transaction() as other:
        pids = [await tx.scalar(text("SELECT pg_backend_pid()")) for tx in (one, other)]
    killer = await asyncpg.connect(postgres)
    for pid in pids:
        await killer.execute("SELECT pg_terminate_backend($1, 10000)", pid)
    await killer.close()

    async with db.transaction() as one, db.transaction() as other:
        fresh = [await tx.scalar(text("SELECT pg_backend_pid()")) for tx in (one, other)]

    assert not set(pids) & set(fresh)


async def test_a_database_that_is_not_there_is_said_to_be_away() -> None:
    away = Database.connect("postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(DatabaseUnavailable):
        async with away.driver_transaction():
            pass

    await away.close()


async def test_a_server_that_dies_within_an_answer_is_the_databases_absence(db: Database) -> None:
    """What the driver raises then, and what the adapter makes of it, as seen when a server was killed under load."""
    confused = asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
    adapted = Exception()
    adapted.__cause__ = confused
    error = InternalError("SELECT 1", {}, adapted)

    with pytest.raises(DatabaseUnavailable):
        async with db.transaction():
            raise error
    with pytest.raises(DatabaseUnavailable):
        async with db.driver_transaction():
            raise confused
    assert failures.is_general(error)


@pytest.mark.parametrize("state", ["53100", "53200", "53300", "58030", "25006"])
async def test_a_server_without_room_is_the_databases_absence(db: Database, state: str) -> None:
    """A full disk, no memory, no connections, a disk that fails, a standby: nothing was written, so ask again."""
    refuse = f"DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{state}'; END $$"

    with pytest.raises(DatabaseUnavailable):
        async with db.transaction() as tx:
            await tx.execute(text(refuse))
    with pytest.raises(DatabaseUnavailable):
        async with db.driver_transaction() as driver:
            await driver.execute(refuse)

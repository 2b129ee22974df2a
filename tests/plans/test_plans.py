"""The judge itself: it hears what the product executes, finds what reads a large table whole, and nothing else."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chassis.db import Database
from chassis.delivery import halts
from chassis.run.provision import DatabaseUrls, dsn
from chassis.testing.postgres import migrated
from tests.plans.filling import FEW, fill
from tests.plans.heard import PACKAGES, Heard
from tests.plans.judging import judge
from tests.plans.small import SMALL


@pytest.fixture(scope="module")
async def urls(postgres: str) -> DatabaseUrls:
    return await migrated(postgres, "triage")


async def test_a_statement_that_reads_a_table_or_an_index_whole_is_found_and_one_that_looks_up_is_not(
    postgres: str, urls: DatabaseUrls
) -> None:
    address = dsn(make_url(postgres).set(database=make_url(urls.owner_url).database))
    connection = await asyncpg.connect(address)
    try:
        tables = {table.name: table for table in await fill(connection, SMALL)}
        assert tables["case"].is_large
        assert tables["worker"].rows <= FEW
        by_index = 'SELECT * FROM "case" WHERE case_id = $1'
        by_nothing = 'UPDATE "case" SET team = $1 WHERE assigned_by = $2'
        by_later_column = "SELECT * FROM decision WHERE child_id = $1 AND supersedes IS NOT NULL"
        all_in_order = "SELECT decision_id FROM decision ORDER BY decision_id"
        first_in_order = "SELECT decision_id FROM decision ORDER BY decision_id LIMIT $1"
        of_few = "SELECT * FROM worker WHERE team = $1"
        asked = {by_index, by_nothing, by_later_column, all_in_order, first_in_order, of_few}
        large = {table.name for table in tables.values() if table.is_large}
        found = await judge(connection, "triage", asked, large)
    finally:
        await connection.close()
    assert {(one.table, one.statement) for one in found} == {
        ("case", by_nothing), ("decision", by_later_column), ("decision", all_in_order)
    }  # fmt: skip


async def test_what_the_product_asks_is_heard_and_what_a_test_asks_is_not(urls: DatabaseUrls) -> None:
    heard = Heard()
    heard.listen()
    database = Database.connect(urls.app_url)
    try:
        async with database.transaction() as tx:
            await tx.execute(text("SELECT 1 AS asked_by_a_test"))
            await halts.tolerated(tx)
        async with database.driver_transaction() as driver:
            await driver.fetch("SELECT 2 AS asked_by_a_test")
    finally:
        await database.close()
        heard.stop()
    assert list(heard.statements) == ["triage"]
    (statement,) = heard.statements["triage"]
    assert "halt" in statement


@pytest.mark.parametrize("package", PACKAGES)
async def test_the_planner_believes_of_no_table_of_a_new_database_that_it_stays_empty(
    postgres: str, package: str
) -> None:
    """Prevented: a check of a foreign key that is planned on the first day and reads its table whole from then on."""
    made = await migrated(postgres, package)
    connection = await asyncpg.connect(made.owner_url)
    try:
        counted = await connection.fetch(
            """SELECT relname FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reltuples >= 0"""
        )
    finally:
        await connection.close()

    assert [name for (name,) in counted] == []

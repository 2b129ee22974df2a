"""The database as migrated: the same as the tables, with a way back, and a serving role that owns nothing."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from agency_notify import tables
from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions


async def test_the_migrated_database_is_what_the_tables_say(urls: DatabaseUrls) -> None:
    assert await revisions.differences(urls.owner_url, tables.metadata) == []


async def test_every_migration_has_a_way_back_and_forth_again(fresh_urls: DatabaseUrls) -> None:
    await revisions.downgrade(fresh_urls.owner_url, package="agency_notify")
    await migrate.upgrade(fresh_urls.owner_url, package="agency_notify")

    assert await revisions.differences(fresh_urls.owner_url, tables.metadata) == []


@pytest.mark.parametrize(
    "statement", ["DELETE FROM notice", "TRUNCATE attempt", "DROP TABLE delivery", "CREATE TABLE x ()"]
)
async def test_the_serving_role_can_neither_delete_nor_change_tables(db: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with db.transaction() as tx:
            await tx.execute(text(statement))

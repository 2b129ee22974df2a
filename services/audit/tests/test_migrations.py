"""The migrated database is the one the code describes, and each revision has a way back."""

from collections.abc import Awaitable, Callable

from audit.tables import metadata
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]


async def test_the_tables_are_the_migrated_ones(migrated_database: MakeDatabase) -> None:
    urls = await migrated_database("audit")

    assert await revisions.differences(urls.owner_url, metadata) == []


async def test_every_revision_can_be_taken_back(migrated_database: MakeDatabase) -> None:
    urls = await migrated_database("audit")

    await revisions.downgrade(urls.owner_url, package="audit")
    await migrate.upgrade(urls.owner_url, package="audit")

    assert await revisions.differences(urls.owner_url, metadata) == []

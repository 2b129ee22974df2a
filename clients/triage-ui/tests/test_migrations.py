"""The client's database is what its tables say, and each revision has a way back."""

from collections.abc import Awaitable, Callable

from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions
from triage_ui.drafts.tables import draft
from triage_ui.pages.queue.remembered import queue_filter

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]


async def test_the_migrated_database_is_what_the_tables_say(urls: DatabaseUrls) -> None:
    assert queue_filter.metadata is draft.metadata
    assert await revisions.differences(urls.owner_url, draft.metadata) == []


async def test_every_revision_can_be_taken_back_and_applied_again(migrated_database: MakeDatabase) -> None:
    fresh = await migrated_database("triage_ui")

    await revisions.downgrade(fresh.owner_url, package="triage_ui")
    await migrate.upgrade(fresh.owner_url, package="triage_ui")

    assert await revisions.differences(fresh.owner_url, draft.metadata) == []

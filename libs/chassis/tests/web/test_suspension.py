"""What is kept of suspended clients: the newest version, in whatever order and however often it is said."""

import itertools
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.db import Database
from chassis.delivery.messages import Message
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import START
from chassis.web import suspension
from chassis.web.suspension import Standing, StandingEvents, StandingsView, StandingView, find_suspended, record
from contracts.envelope import Envelope

EVENTS = StandingEvents(suspended="client.suspended.v1", restored="client.restored.v1")
HISTORY = [Standing("club", 2, START), Standing("club", 3, None), Standing("club", 5, START), Standing("club", 6, None)]


@pytest.fixture
async def kept(urls: DatabaseUrls, db: Database) -> AsyncIterator[Database]:
    """A database with the table, made and dropped as a migration does."""
    await _migrate(urls, suspension.create_suspension_table)
    yield db
    await _migrate(urls, suspension.drop_suspension_table)


async def _migrate(urls: DatabaseUrls, change: Callable[[Operations], None]) -> None:
    owner = create_async_engine(make_url(urls.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    def migrate(connection: Connection) -> None:
        change(Operations(MigrationContext.configure(connection)))

    async with owner.begin() as connection:
        await connection.run_sync(migrate)
    await owner.dispose()


def message(kind: str, version: int, *, client: str = "club", data: bytes = b"{}") -> Message:
    envelope = Envelope(
        id=uuid4(), source="owner", type=kind, subject=f"client/{client}", time=START, sequence=version,
        partnership="wandsworth", correlation_id=UUID(int=0),
    )  # fmt: skip
    return Message(envelope, data, "owner.v1", 0, version)


async def suspended(db: Database) -> frozenset[str]:
    async with db.transaction() as tx:
        return await find_suspended(tx)


async def say(db: Database, *standings: Standing) -> None:
    async with db.transaction() as tx:
        await record(tx, standings)


async def test_the_newest_version_counts_in_every_order_and_again(kept: Database) -> None:
    for number, order in enumerate(itertools.permutations(HISTORY[:3])):
        client = f"club-{number}"
        for each in (*order, *order):
            await say(kept, Standing(client, each.version, each.suspended_at))

    assert len(await suspended(kept)) == number + 1 == 6


async def test_the_newest_version_counts_within_one_batch(kept: Database) -> None:
    for number, order in enumerate(itertools.permutations(HISTORY)):
        await say(kept, *(Standing(f"club-{number}", each.version, each.suspended_at) for each in order))
    await say(kept, Standing("other", 1, START), Standing("third", 1, None))

    assert await suspended(kept) == {"other"}


async def test_events_say_it_by_their_envelope_alone_and_others_say_nothing(kept: Database) -> None:
    batch = [
        message("client.registered.v1", 1),
        message("client.suspended.v1", 2, data=b"not even JSON"),
        message("client.suspended.v1", 1, client="other"),
        message("client.restored.v1", 2, client="other"),
    ]
    async with kept.transaction() as tx:
        await EVENTS.on_messages(tx, batch, START + timedelta(hours=1))
        await EVENTS.on_message(tx, message("client.suspended.v1", 7, client="third"), START)
        await EVENTS.on_messages(tx, [], START)
        rows = (await tx.execute(text("SELECT * FROM suspension ORDER BY client_id"))).all()

    assert [tuple(row) for row in rows] == [("club", 2, START), ("other", 2, None), ("third", 7, START)]


async def test_an_event_that_was_overtaken_by_an_answer_changes_nothing(kept: Database) -> None:
    await say(kept, Standing("club", 3, None))

    async with kept.transaction() as tx:
        await EVENTS.on_message(tx, message("client.suspended.v1", 2), START)

    assert await suspended(kept) == frozenset()


def test_an_answer_is_read_with_its_bounds() -> None:
    said = StandingsView.model_validate({"standings": [{"client_id": "club", "version": 2, "suspended_at": None}]})

    assert said.standings == (StandingView(client_id="club", version=2, suspended_at=None),)
    for wrong in ({"version": 2**31}, {"version": 0}, {"client_id": ""}, {"suspended_at": "2026-03-02T09:00:00"}):
        with pytest.raises(ValueError):
            StandingView.model_validate({"client_id": "club", "version": 2, "suspended_at": None} | wrong)

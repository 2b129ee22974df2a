"""Notifications: heard by everybody who listens, and anyone who may have missed some is told so."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.ids import RandomIds
from chassis.notifications import Notifications

BOUND_SECONDS = 20
PROBE_SECONDS = 0.1


class Ears:
    """Keeps what was heard, and lets a test wait for it."""

    def __init__(self) -> None:
        self.heard: list[str | None] = []
        self._more = asyncio.Event()

    def __call__(self, payload: str | None) -> None:
        self.heard.append(payload)
        self._more.set()

    async def until(self, holds: Callable[[list[str | None]], bool]) -> None:
        async with asyncio.timeout(BOUND_SECONDS):
            while not holds(self.heard):
                self._more.clear()
                await self._more.wait()


@pytest.fixture
async def two(db: Database) -> AsyncIterator[tuple[Ears, Ears]]:
    """Two processes that listen."""
    ears = Ears(), Ears()
    one, other = (Notifications(db, "things", RandomIds(), probe_seconds=PROBE_SECONDS) for _ in ears)
    async with one.heard_by(ears[0]), other.heard_by(ears[1]):
        for each in ears:
            await each.until(lambda heard: None in heard)
        yield ears


async def notify(db: Database, payload: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(text("SELECT pg_notify('things', :payload)"), {"payload": payload})


async def test_everybody_hears_what_was_committed_and_nobody_what_was_not(db: Database, two: tuple[Ears, Ears]) -> None:
    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            await tx.execute(text("SELECT pg_notify('things', 'undone')"))
            raise RuntimeError
    await notify(db, "done")

    for ears in two:
        await ears.until(lambda heard: "done" in heard)
        assert "undone" not in ears.heard


async def test_the_listeners_own_probes_are_not_handed_on(db: Database, two: tuple[Ears, Ears]) -> None:
    await asyncio.sleep(5 * PROBE_SECONDS)
    await notify(db, "done")

    await two[0].until(lambda heard: "done" in heard)
    assert two[0].heard == [None, "done"]


async def test_anyone_who_loses_the_connection_reads_again_and_hears_again(
    db: Database, two: tuple[Ears, Ears]
) -> None:
    before = len(two[0].heard)
    async with db.transaction() as tx:
        await tx.execute(
            text("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE '%pg_notify($1, $2)%'
                      AND pid <> pg_backend_pid()""")
        )
    await two[0].until(lambda heard: None in heard[before:])

    async def until_heard() -> None:
        while "again" not in two[0].heard:
            await notify(db, "again")
            await asyncio.sleep(PROBE_SECONDS)

    await asyncio.wait_for(until_heard(), BOUND_SECONDS)


async def test_a_listener_that_hears_nothing_though_it_is_connected_says_so(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.notifications.HEARD_WITHIN_SECONDS", 0.1)
    monkeypatch.setattr("asyncpg.Connection.add_listener", _deaf)
    ears = Ears()

    async with Notifications(db, "things", RandomIds(), probe_seconds=PROBE_SECONDS).heard_by(ears):
        await ears.until(lambda heard: len(heard) >= 3)

    assert set(ears.heard) == {None}


async def _deaf(*_: object) -> None:
    """As a pooler that forwards no notifications."""

"""Waking: a loop is woken by its own hint, after the commit; one that is lost delays, and loses nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.ids import RandomIds
from chassis.tasks import Hint, Stop
from chassis.testing.delivery import NOW
from chassis.waking import LOOK_SECONDS, Wakeups, seconds_until, wake

BOUND_SECONDS = 20
PROBE_SECONDS = 0.1


@pytest.fixture
async def wakeups(db: Database) -> AsyncIterator[Wakeups]:
    """A process that listens for two loops, and has nothing to tell them yet."""
    heard = Wakeups(db, RandomIds(), probe_seconds=PROBE_SECONDS)
    hints = [heard.hint(loop) for loop in ("one", "other")]
    stop = Stop()
    listening = asyncio.create_task(heard.run(stop))
    for hint in hints:  # that it listens, and may have missed something before
        assert await hint.wait(stop, BOUND_SECONDS)
    yield heard
    stop.set()
    await listening


async def given(hint: Hint, seconds: float = BOUND_SECONDS) -> bool:
    return await hint.wait(Stop(), seconds)


async def test_a_hint_wakes_the_loop_it_names_once_it_is_committed_and_no_other(db: Database, wakeups: Wakeups) -> None:
    async with db.transaction() as tx:
        for _ in range(3):
            await wake(tx, "one")
        before = await given(wakeups.hint("one"), 0.2)

    assert not before
    assert await given(wakeups.hint("one"))
    assert not await given(wakeups.hint("one"), 0.2)  # the three came as one
    assert not await given(wakeups.hint("other"), 0)


async def test_a_hint_for_a_loop_of_another_process_wakes_nobody_here(db: Database, wakeups: Wakeups) -> None:
    async with db.transaction() as tx:
        await wake(tx, "nobody's")
        await wake(tx, "other")

    assert await given(wakeups.hint("other"))
    assert not await given(wakeups.hint("one"), 0)


async def test_a_listener_whose_connection_is_lost_wakes_everybody_and_hears_again(
    db: Database, wakeups: Wakeups
) -> None:
    async with db.transaction() as tx:
        ended = await tx.scalars(
            text("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE '%pg_notify($1, $2)%'
                      AND pid <> pg_backend_pid()""")
        )
        assert True in list(ended)

    for loop in ("one", "other"):
        assert await given(wakeups.hint(loop))
    async with asyncio.timeout(BOUND_SECONDS):
        while not await given(wakeups.hint("one"), PROBE_SECONDS):
            async with db.transaction() as tx:
                await wake(tx, "one")


async def test_one_that_listens_before_the_database_is_there_wakes_its_loops_now_and_then() -> None:
    away = Database.connect("postgresql://nobody:nothing@127.0.0.1:1/nowhere")
    wakeups, stop = Wakeups(away, RandomIds()), Stop()
    hint = wakeups.hint("one")

    listening = asyncio.create_task(wakeups.run(stop))
    woken = [await given(hint), await given(hint)]
    stop.set()
    await asyncio.wait_for(listening, BOUND_SECONDS)
    await away.close()

    assert woken == [True, True]


async def test_behind_a_pooler_that_forwards_nothing_loops_are_woken_by_the_probe(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(*_: object) -> None:
        """Forwards nothing."""

    monkeypatch.setattr("chassis.notifications.HEARD_WITHIN_SECONDS", 0.1)
    monkeypatch.setattr("asyncpg.Connection.add_listener", deaf)
    wakeups, stop = Wakeups(db, RandomIds(), probe_seconds=PROBE_SECONDS), Stop()
    hint = wakeups.hint("one")

    listening = asyncio.create_task(wakeups.run(stop))
    woken = [await given(hint), await given(hint)]
    stop.set()
    await asyncio.wait_for(listening, BOUND_SECONDS)

    assert woken == [True, True]


async def test_a_hint_that_comes_while_the_loop_works_is_kept_and_several_are_one() -> None:
    hint = Hint()
    hint.give()
    hint.give()

    assert [await given(hint, 0), await given(hint, 0)] == [True, False]


async def test_hints_that_come_quickly_wake_once_in_a_while_and_the_first_after_a_quiet_time_at_once() -> None:
    gather_seconds = 1.0
    hint, woken = Hint(gather_seconds), [time.monotonic()]
    for _ in range(2):
        hint.give()
        await given(hint)
        woken.append(time.monotonic())
    at_once, later = (after - before for before, after in pairwise(woken))

    assert at_once < gather_seconds * 0.9
    assert later >= gather_seconds * 0.99


async def test_a_stop_ends_the_time_for_gathering() -> None:
    hint, stop = Hint(BOUND_SECONDS), Stop()
    hint.give()
    await hint.wait(stop, BOUND_SECONDS)
    began = time.monotonic()

    waiting = asyncio.create_task(hint.wait(stop, BOUND_SECONDS))
    await asyncio.sleep(0)
    stop.set()
    await waiting

    assert time.monotonic() - began < BOUND_SECONDS / 2


async def test_a_wait_ends_with_its_time_and_with_a_stop() -> None:
    hint, stop = Hint(), Stop()
    began = time.monotonic()

    in_time = await hint.wait(stop, 0.01)
    waiting = asyncio.create_task(hint.wait(stop, BOUND_SECONDS))
    await asyncio.sleep(0)
    stop.set()
    await waiting
    await hint.wait(stop, BOUND_SECONDS)  # once stopped, nobody waits

    assert not in_time
    assert time.monotonic() - began < BOUND_SECONDS / 2


def test_nothing_is_waited_for_longer_than_a_look() -> None:
    soon, late = NOW + timedelta(seconds=2), NOW + timedelta(hours=1)

    waits = [seconds_until(at, NOW) for at in (soon, late, None, NOW, NOW - timedelta(days=1))]

    assert waits == [2.0, LOOK_SECONDS, LOOK_SECONDS, 0.0, 0.0]

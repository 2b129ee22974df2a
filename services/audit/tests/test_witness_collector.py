"""The worker's task that asks witnesses: it follows the log, one instance leads, and no witness holds another up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import httpx2
import pytest
from prometheus_client import REGISTRY
from witness_world import Answering, Witnessed, answering, sizes_of

from audit import store
from audit.model import StoredCheckpoint
from audit.witnesses import collect
from audit.witnesses.collect import Collector, Leader, Round, retry_seconds
from audit.witnesses.model import Outcome, Policy, Standing
from audit.witnesses.protocol import SIZE_TYPE
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.tasks import Stop
from chassis.testing.clock import START
from chassis.testing.hints import Restless

WAIT_SECONDS = 60


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses short enough for a test; which is longer than which stays as it is."""
    monkeypatch.setattr(collect, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(collect, "FIRST_RETRY_SECONDS", 0.02)
    monkeypatch.setattr(collect, "LAST_RETRY_SECONDS", 0.1)
    monkeypatch.setattr(collect, "ROUND_SECONDS", 0.3)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not await condition():  # noqa: ASYNC110 - nothing signals that a row is written
            await asyncio.sleep(0.01)


def witnessed_reaches(witnessed: Witnessed, size: int) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return (await witnessed.standing()).witnessed_size == size

    return ask


@pytest.fixture
async def run(witnessed: Witnessed, quick: None) -> AsyncIterator[Callable[[], Stop]]:
    """Starts the task; ends every one in the end, and fails when one of them failed."""
    running: list[tuple[Stop, asyncio.Task[None]]] = []

    def start() -> Stop:
        db, stop = Database.connect(witnessed.log.urls.app_url, pool_size=2), Stop()

        async def work() -> None:
            await witnessed.collector(db).run(stop)
            await db.close()

        running.append((stop, asyncio.create_task(work())))
        return stop

    yield start
    for stop, task in running:
        stop.set()
        await asyncio.wait_for(task, WAIT_SECONDS)


async def test_the_task_follows_the_log_and_shows_how_far_it_is_witnessed(
    witnessed: Witnessed, run: Callable[[], Stop]
) -> None:
    witnessed.needed = 3
    run()
    for size in (1, 2, 3):
        await witnessed.grow(1)
        await until(witnessed_reaches(witnessed, size))

    async def shown() -> bool:
        names = ("frontdoor_log_witnessed_size", "frontdoor_log_unwitnessed_seconds")
        return [REGISTRY.get_sample_value(name) for name in names] == [3, 0]

    await until(shown)
    assert await witnessed.cosigners() == [witness.key.name for witness in witnessed.witnesses]


async def never(_: httpx2.Request) -> httpx2.Response:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize("bad", [answering(503), answering(200, "lies\n"), answering(409, "0\n", SIZE_TYPE), never])
async def test_while_a_witness_is_away_lying_or_slow_the_others_go_on(
    witnessed: Witnessed, run: Callable[[], Stop], bad: Answering
) -> None:
    witnessed.needed = 2
    witnessed.witnesses[2].answering = bad
    await witnessed.grow(1)
    run()
    for size in (1, 2, 3):
        await until(witnessed_reaches(witnessed, size))
        await witnessed.grow(1)

    assert witnessed.witnesses[2].bodies


async def test_the_age_of_what_is_not_witnessed_is_shown(witnessed: Witnessed, run: Callable[[], Stop]) -> None:
    for witness in witnessed.witnesses:
        witness.answering = answering(503)
    await witnessed.grow(4)
    witnessed.log.clock.advance(timedelta(minutes=7))
    run()

    async def shown() -> bool:
        return REGISTRY.get_sample_value("frontdoor_log_unwitnessed_seconds") == 420

    await until(shown)


async def test_of_two_instances_one_asks_and_the_other_goes_on_from_there(
    witnessed: Witnessed, run: Callable[[], Stop]
) -> None:
    witnessed.needed = 3
    first = run()
    await witnessed.grow(5)
    await until(witnessed_reaches(witnessed, 5))
    run()
    await witnessed.grow(5)
    await until(witnessed_reaches(witnessed, 10))
    led_by_one = list(witnessed.witnesses[0].bodies)

    first.set()
    await witnessed.grow(5)
    await until(witnessed_reaches(witnessed, 15))

    assert [sizes_of(body) for body in led_by_one] == [(0, 5), (5, 10)]
    assert [sizes_of(body) for body in witnessed.witnesses[0].bodies] == [(0, 5), (5, 10), (10, 15)]


async def test_two_that_both_believe_they_lead_do_no_harm(witnessed: Witnessed) -> None:
    await witnessed.grow(5)
    async with witnessed.log.db.engine.connect() as other:
        leaders = [Leader(connection, Stop()) for connection in (witnessed.connection, other)]
        for leader in leaders:
            async with leader.transaction() as tx:
                leader.round.checkpoint = await store.find_checkpoint(tx)
        outcomes = await asyncio.gather(
            *(witnessed.collector().ask(leader, witnessed.witnesses[0].key) for leader in leaders)
        )

    assert set(outcomes) <= {Outcome.COSIGNED, Outcome.BEHIND, None}
    assert await witnessed.cosigners() == ["witness.example.org/1"]


async def test_a_database_that_fails_ends_the_task_by_its_own_error(witnessed: Witnessed, quick: None) -> None:
    await witnessed.grow(5)
    await witnessed.log.as_owner("DROP TABLE witness")

    with pytest.raises(Exception, match="witness") as ended:
        await witnessed.collector().run(Stop())

    assert not isinstance(ended.value, ExceptionGroup)


async def test_without_witnesses_nothing_leads_and_nothing_is_asked(witnessed: Witnessed) -> None:
    stop = Stop()
    collector = Collector(
        witnessed.log.db, HttpClient(witnessed.client()), Policy(), witnessed.log.clock, hint=Restless()
    )
    task = asyncio.create_task(collector.run(stop))
    await asyncio.sleep(0)
    stop.set()

    await asyncio.wait_for(task, WAIT_SECONDS)

    assert await witnessed.standing() == Standing(0, None, None)


def signed(size: int) -> StoredCheckpoint:
    return StoredCheckpoint(size, "", START)


def test_all_witnesses_are_asked_for_one_checkpoint_until_it_is_witnessed() -> None:
    asked = Round()

    def moved(newest: int, witnessed: int | None, *, at: float = 0.0) -> int:
        asked.move_on(signed(newest), Standing(newest, witnessed, None), at=at)
        assert asked.checkpoint is not None
        return asked.checkpoint.size

    in_time = [moved(0, None), moved(7, None), moved(7, 0), moved(9, 0)]
    late = collect.ROUND_SECONDS + 1  # too many were slow or away: the others go on without them
    afterwards = [moved(9, 0, at=late), moved(12, 0, at=late), moved(12, 9, at=late)]

    assert (in_time, afterwards) == ([0, 0, 7, 7], [9, 9, 12])


class Pauses(Stop):
    """A stop that is set after so many pauses, and remembers how long each was to be."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.asked: list[float | None] = []
        self._count = count

    async def wait(self, timeout_seconds: float | None = None) -> bool:
        self.asked.append(timeout_seconds)
        return len(self.asked) > self._count


@pytest.mark.parametrize(
    ("bad", "pauses"),
    [
        (answering(503), [0, 1, 2, 4, 8]),
        (answering(200, "lies\n"), [0, 1, 2, 4, 8]),
        (answering(422), [0, 1, 2, 4, 8]),
        (answering(409, "0\n", SIZE_TYPE), [0, 0, 1, 2, 4]),  # once it may only have said where to begin
    ],
)
async def test_a_witness_that_goes_on_failing_is_asked_less_and_less(
    witnessed: Witnessed, bad: Answering, pauses: list[float]
) -> None:
    await witnessed.grow(5)
    witness, leader = witnessed.witnesses[0], Leader(witnessed.connection, Pauses(4))
    witness.answering = bad
    async with leader.transaction() as tx:
        leader.round.checkpoint = await store.find_checkpoint(tx)

    await witnessed.collector()._keep_asking(leader, witness.key)

    assert isinstance(leader.stop, Pauses)
    assert leader.stop.asked == pauses


def test_a_witness_that_fails_is_left_alone_for_longer_each_time_but_never_for_good() -> None:
    pauses = [retry_seconds(failures) for failures in range(2000)]

    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == collect.LAST_RETRY_SECONDS

"""Group commit: who shares a transaction, who is answered when, and what fails alone."""

import asyncio
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY

from chassis.db import DatabaseUnavailable
from contracts.problems import Problem
from referral_intake.errors import NotConfirmed, StillRunning, TooBusy
from referral_intake.fair_queue import Crowd
from referral_intake.group_commit import GroupCommit, Limits

WAIT_SECONDS = 5.0
POISON, TAKEN, REFUSED = -1, -2, -3


class Ledger:
    """Commits numbers; the gate holds every commit back until it is opened."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.committed: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False

    async def commit(self, items: Sequence[int]) -> list[str | Problem]:
        self.batches.append(list(items))
        self.begun.put_nowait(None)
        await self.gate.wait()
        if self.away:
            raise DatabaseUnavailable
        if POISON in items:
            raise ValueError("cannot be written")
        self.committed += items
        return [StillRunning() if item == TAKEN else f"saved {item}" for item in items]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def group(ledger: Ledger, limits: Limits | None = None) -> GroupCommit[int, int, str]:
    return GroupCommit(judged, ledger.commit, limits)


def judged(item: int) -> int:
    if item == REFUSED:
        raise StillRunning
    return item


async def started(ledger: Ledger, *, batches: int) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        for _ in range(batches):
            await ledger.begun.get()


async def test_each_caller_is_given_its_own_result(ledger: Ledger) -> None:
    commits = group(ledger)

    results = await asyncio.gather(*(commits.submit(item) for item in range(500)))

    assert results == [f"saved {item}" for item in range(500)]
    assert sorted(ledger.committed) == list(range(500))


async def test_callers_that_arrive_together_share_transactions_within_the_size(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=64))

    await asyncio.gather(*(commits.submit(item) for item in range(500)))

    assert max(map(len, ledger.batches)) <= 64
    assert len(ledger.batches) <= 20


async def test_the_lanes_share_who_is_here_so_that_nobody_waits_for_everybody(ledger: Ledger) -> None:
    commits = group(ledger, Limits(lanes=2))
    ledger.gate.clear()

    callers = asyncio.gather(*(commits.submit(item) for item in range(10)))
    await started(ledger, batches=2)
    ledger.gate.set()
    await callers

    assert list(map(len, ledger.batches)) == [5, 5]


async def test_a_lone_caller_leaves_at_once(ledger: Ledger) -> None:
    commits = group(ledger, Limits(wait_seconds=60))

    async with asyncio.timeout(WAIT_SECONDS):
        assert await commits.submit(1) == "saved 1"


async def test_nobody_is_answered_before_the_commit(ledger: Ledger) -> None:
    ledger.gate.clear()
    caller = asyncio.create_task(group(ledger).submit(1))
    await started(ledger, batches=1)
    assert not caller.done()

    ledger.gate.set()

    assert await caller == "saved 1"


async def test_an_item_that_cannot_be_written_fails_alone(ledger: Ledger) -> None:
    commits = group(ledger)

    results = await asyncio.gather(*map(commits.submit, [1, 2, POISON, 3]), return_exceptions=True)

    assert [results[0], results[1], results[3]] == ["saved 1", "saved 2", "saved 3"]
    assert isinstance(results[2], ValueError)
    assert sorted(ledger.committed) == [1, 2, 3]


async def test_a_problem_of_one_item_is_raised_to_its_caller_only(ledger: Ledger) -> None:
    commits = group(ledger, Limits(lanes=1))

    results = await asyncio.gather(*map(commits.submit, [1, TAKEN, 2]), return_exceptions=True)

    assert [results[0], results[2]] == ["saved 1", "saved 2"]
    assert isinstance(results[1], StillRunning)
    assert ledger.batches == [[1, TAKEN], [2]]


async def test_when_the_database_is_away_everybody_is_told_and_nobody_is_tried_again(ledger: Ledger) -> None:
    ledger.away = True
    commits = group(ledger)

    results = await asyncio.gather(*map(commits.submit, range(10)), return_exceptions=True)

    assert all(isinstance(result, DatabaseUnavailable) for result in results)
    assert sum(map(len, ledger.batches)) == 10


async def test_work_goes_on_after_a_failed_batch(ledger: Ledger) -> None:
    commits = group(ledger)
    ledger.away = True
    with pytest.raises(DatabaseUnavailable):
        await commits.submit(1)
    ledger.away = False

    assert await commits.submit(2) == "saved 2"


async def test_a_caller_that_goes_away_takes_nothing_with_it(ledger: Ledger) -> None:
    ledger.gate.clear()
    commits = group(ledger)
    callers = [asyncio.create_task(commits.submit(item)) for item in range(20)]
    await started(ledger, batches=1)
    for leaving in callers[::2]:
        leaving.cancel()
    ledger.gate.set()

    results = await asyncio.gather(*callers, return_exceptions=True)
    await commits.drain()

    assert results[1::2] == [f"saved {item}" for item in range(1, 20, 2)]
    assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])
    assert sorted(ledger.committed) == list(range(20))


async def test_a_caller_whose_patience_ends_is_told_that_it_is_not_known(ledger: Ledger) -> None:
    ledger.gate.clear()
    commits = group(ledger, Limits(answer_seconds=0.01))

    with pytest.raises(NotConfirmed):
        await commits.submit(1)

    ledger.gate.set()
    await commits.drain()
    assert ledger.committed == [1]


async def test_more_than_may_wait_is_refused_and_not_taken(ledger: Ledger) -> None:
    ledger.gate.clear()
    commits = group(ledger, Limits(size=1, lanes=1, pending=2))
    first = asyncio.create_task(commits.submit(0))
    await started(ledger, batches=1)
    waiting = [asyncio.create_task(commits.submit(item)) for item in (1, 2)]
    await asyncio.sleep(0)

    with pytest.raises(TooBusy):
        await commits.submit(3)

    ledger.gate.set()
    await asyncio.gather(first, *waiting)
    assert ledger.committed == [0, 1, 2]


async def test_at_most_as_many_transactions_run_at_once_as_there_are_lanes(ledger: Ledger) -> None:
    ledger.gate.clear()
    commits = group(ledger, Limits(size=1, lanes=2, wait_seconds=0))
    callers = [asyncio.create_task(commits.submit(item)) for item in range(10)]
    await started(ledger, batches=2)
    for _ in range(50):
        await asyncio.sleep(0)

    assert len(ledger.batches) == 2

    ledger.gate.set()
    await asyncio.gather(*callers)


async def test_an_item_that_is_refused_is_written_with_nobody_and_holds_nobody_up(ledger: Ledger) -> None:
    commits = group(ledger)

    results = await asyncio.gather(*(commits.submit(item) for item in (1, REFUSED, 2)), return_exceptions=True)

    assert (results[0], results[2]) == ("saved 1", "saved 2")
    assert isinstance(results[1], StillRunning)
    assert REFUSED not in ledger.committed


async def test_a_batch_in_which_everything_is_refused_writes_nothing(ledger: Ledger) -> None:
    with pytest.raises(StillRunning):
        await group(ledger).submit(REFUSED)

    assert ledger.batches == []


async def test_an_urgent_item_is_taken_when_the_queue_is_full_and_goes_first(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=1, wait_seconds=0, lanes=1, pending=2))
    ledger.gate.clear()
    first = asyncio.create_task(commits.submit(1))
    await started(ledger, batches=1)
    waiting = [asyncio.create_task(commits.submit(item)) for item in (2, 3)]
    await asyncio.sleep(0)

    with pytest.raises(TooBusy):
        await commits.submit(4)
    urgent = asyncio.create_task(commits.submit(5, urgent=True))
    await asyncio.sleep(0)
    ledger.gate.set()
    await asyncio.gather(first, urgent, *waiting)

    assert ledger.batches == [[1], [5], [2], [3]]


# -- who waits, and who leaves --------------------------------------------------------------------------------------


async def waiting_behind(ledger: Ledger, commits: GroupCommit[int, int, str]) -> "asyncio.Task[str]":
    """A commit that is under way until the gate opens, so that whatever follows has to wait."""
    ledger.gate.clear()
    first = asyncio.create_task(commits.submit(0))
    await started(ledger, batches=1)
    return first


def sending(
    commits: GroupCommit[int, int, str], item: int, owner: str = "a", *, urgent: bool = True, weight: int = 0
) -> "asyncio.Task[str]":
    return asyncio.create_task(commits.submit(item, owner=owner, urgent=urgent, weight=weight))


@pytest.mark.parametrize("urgent", [False, True])
async def test_a_caller_that_goes_away_while_it_waits_takes_its_item_with_it(ledger: Ledger, urgent: bool) -> None:
    commits = group(ledger, Limits(size=1, lanes=1))
    first = await waiting_behind(ledger, commits)
    callers = [sending(commits, item, urgent=urgent) for item in (1, 2, 3)]
    await asyncio.sleep(0)

    callers[1].cancel()
    await asyncio.sleep(0)
    ledger.gate.set()
    await asyncio.gather(first, *callers, return_exceptions=True)

    assert ledger.committed == [0, 1, 3]


async def test_a_caller_whose_patience_ends_while_it_waits_takes_its_item_with_it(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=1, lanes=1, answer_seconds=0.05))
    first = await waiting_behind(ledger, commits)

    with pytest.raises(NotConfirmed):
        await commits.submit(1)
    ledger.gate.set()
    await asyncio.gather(first, return_exceptions=True)
    await commits.drain()

    assert ledger.committed == [0]


async def test_whoever_goes_away_leaves_its_place_to_others(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=1, lanes=1, urgent=Crowd(each=2, all=4, reserved=1)))
    first = await waiting_behind(ledger, commits)
    callers = [sending(commits, item) for item in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await commits.submit(3, owner="a", urgent=True)

    callers[0].cancel()
    await asyncio.sleep(0)
    callers.append(sending(commits, 4))
    await asyncio.sleep(0)
    ledger.gate.set()
    await asyncio.gather(first, *callers, return_exceptions=True)

    assert ledger.committed == [0, 2, 4]


async def test_only_so_many_urgent_items_wait_and_the_last_places_are_for_other_owners(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=1, lanes=1, urgent=Crowd(each=2, all=5, reserved=2)))
    first = await waiting_behind(ledger, commits)
    callers = [sending(commits, item, owner) for item, owner in ((1, "a"), (2, "a"), (3, "b"))]
    await asyncio.sleep(0)

    for owner in ("a", "b"):
        with pytest.raises(TooBusy):
            await commits.submit(9, owner=owner, urgent=True)
    callers += [sending(commits, item, owner) for item, owner in ((4, "c"), (5, "d"))]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await commits.submit(9, owner="e", urgent=True)
    ledger.gate.set()
    await asyncio.gather(first, *callers)

    assert sorted(ledger.committed) == [0, 1, 2, 3, 4, 5]


def refused_of(owner: str) -> float:
    return REGISTRY.get_sample_value("frontdoor_emergencies_refused_total", {"client": owner}) or 0


async def test_operators_see_how_many_urgent_items_wait_while_they_wait_and_who_was_refused(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=1, lanes=1, urgent=Crowd(each=2, all=5, reserved=2)))
    first = await waiting_behind(ledger, commits)
    before = refused_of("a")

    callers = [sending(commits, item) for item in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await commits.submit(3, owner="a", urgent=True)

    assert REGISTRY.get_sample_value("frontdoor_emergencies_waiting") == 2
    assert refused_of("a") == before + 1
    ledger.gate.set()
    await asyncio.gather(first, *callers)
    assert REGISTRY.get_sample_value("frontdoor_emergencies_waiting") == 0


async def test_owners_have_their_turns_one_after_the_other(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=1, lanes=1))
    first = await waiting_behind(ledger, commits)
    callers = [sending(commits, item, "a") for item in (1, 2, 3)]
    callers += [sending(commits, item, "b") for item in (11, 12)]
    await asyncio.sleep(0)

    ledger.gate.set()
    await asyncio.gather(first, *callers)

    assert ledger.committed == [0, 1, 11, 2, 12, 3]


async def test_urgent_items_without_end_do_not_keep_all_others_waiting(ledger: Ledger) -> None:
    commits = group(ledger, Limits(size=16, lanes=1))
    first = await waiting_behind(ledger, commits)
    urgent = [sending(commits, item) for item in range(1, 61)]
    others = [sending(commits, 100 + item, "b", urgent=False) for item in range(20)]
    await asyncio.sleep(0)

    ledger.gate.set()
    await asyncio.gather(first, *urgent, *others)

    assert [sum(item >= 100 for item in batch) for batch in ledger.batches[1:4]] == [2, 2, 2]


# -- how heavy it is ------------------------------------------------------------------------------------------------


async def test_a_batch_is_no_heavier_than_may_be(ledger: Ledger) -> None:
    commits = group(ledger, Limits(lanes=1, weight=10))
    first = await waiting_behind(ledger, commits)
    callers = [sending(commits, item, weight=4) for item in range(1, 8)]
    await asyncio.sleep(0)

    ledger.gate.set()
    await asyncio.gather(first, *callers)

    assert max(map(len, ledger.batches)) == 2
    assert sorted(ledger.committed) == list(range(8))


async def test_one_heavy_item_is_written_at_a_time_and_another_lane_stays_for_the_rest(ledger: Ledger) -> None:
    commits = group(ledger, Limits(lanes=2, weight=10))
    ledger.gate.clear()
    heavy = [sending(commits, item, "a", weight=1_000) for item in (1, 2, 3)]
    await started(ledger, batches=1)
    assert ledger.batches == [[1]]

    light = sending(commits, 11, "b", weight=1)
    await started(ledger, batches=1)

    assert ledger.batches == [[1], [11]]
    ledger.gate.set()
    await asyncio.gather(light, *heavy)
    assert ledger.batches[2:] == [[2], [3]]


async def test_a_heavy_item_of_one_owner_does_not_keep_another_from_joining(ledger: Ledger) -> None:
    commits = group(ledger, Limits(lanes=1, weight=10))
    first = await waiting_behind(ledger, commits)
    callers = [sending(commits, 1, "a", weight=1), sending(commits, 2, "b", weight=1_000), sending(commits, 3, "c")]
    await asyncio.sleep(0)

    ledger.gate.set()
    await asyncio.gather(first, *callers)

    assert ledger.batches == [[0], [1, 3], [2]]


async def test_when_everybody_has_gone_nothing_is_written_and_work_goes_on(ledger: Ledger) -> None:
    commits = group(ledger, Limits(lanes=2))
    callers = [sending(commits, item) for item in range(5)]
    await asyncio.sleep(0)
    for leaving in callers:
        leaving.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    await commits.drain()

    assert await commits.submit(7) == "saved 7"
    assert ledger.committed == [7]

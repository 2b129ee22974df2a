"""Group commit: who shares a transaction, who is answered when, and what fails alone."""

import asyncio

import pytest
from commit_ledger import POISON, REFUSED, TAKEN, WAIT_SECONDS, Ledger, group, started

from chassis.db import DatabaseUnavailable
from referral_intake.accepting.group_commit import Limits
from referral_intake.errors import NotConfirmed, StillRunning, TooBusy


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


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

"""Group commit: who waits, whose turn it is, who leaves, and how heavy a batch may be."""

import asyncio

import pytest
from commit_ledger import Ledger, group, started
from prometheus_client import REGISTRY

from referral_intake.accepting.fair_queue import Crowd
from referral_intake.accepting.group_commit import GroupCommit, Limits
from referral_intake.errors import NotConfirmed, TooBusy


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


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


async def test_anyone_who_goes_away_leaves_its_place_to_others(ledger: Ledger) -> None:
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

"""Patience: everybody who waits too long is told, in order, by one timer; nobody else is, and nothing of them is kept."""

import asyncio

from referral_intake.accepting.patience import Patience


class Late(Exception):
    """Too late."""


def waiting(patience: Patience) -> "asyncio.Future[object]":
    outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    patience.begin(outcome)
    return outcome


async def test_whoever_waits_too_long_is_told_in_the_order_of_beginning() -> None:
    patience, told = Patience(0.02, Late), list[int]()
    first, second = waiting(patience), waiting(patience)
    first.add_done_callback(lambda _: told.append(1))
    second.add_done_callback(lambda _: told.append(2))

    outcomes = await asyncio.wait_for(asyncio.gather(first, second), timeout=5)

    assert all(isinstance(outcome, Late) for outcome in outcomes)
    assert told == [1, 2]


async def test_whoever_begins_later_is_told_later() -> None:
    loop, patience = asyncio.get_running_loop(), Patience(0.05, Late)
    first = waiting(patience)
    await asyncio.sleep(0.03)
    second, began = waiting(patience), loop.time()

    await asyncio.wait_for(first, timeout=5)
    assert not second.done()
    await asyncio.wait_for(second, timeout=5)

    assert loop.time() - began >= 0.05


async def test_whoever_was_answered_is_not_told_even_before_they_noticed() -> None:
    patience = Patience(0.01, Late)
    answered, late = waiting(patience), waiting(patience)
    answered.set_result("saved")

    assert isinstance(await asyncio.wait_for(late, timeout=5), Late)
    assert await answered == "saved"


async def test_whoever_waits_no_more_leaves_nothing_and_others_are_told_all_the_same() -> None:
    patience = Patience(0.02, Late)
    gone = waiting(patience)
    patience.end(gone)
    await asyncio.sleep(0.05)

    late = waiting(patience)

    assert isinstance(await asyncio.wait_for(late, timeout=5), Late)
    assert not gone.done()

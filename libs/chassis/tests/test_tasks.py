"""A stop wakes anyone who pauses; what repeats ends with its block."""

import asyncio

from chassis.tasks import Pace, Stop, repeating

BOUND_SECONDS = 20


async def test_a_pause_ends_with_the_stop() -> None:
    stop = Stop()

    paused = await stop.wait(0.001)
    stop.set()
    asked = [await stop.wait(BOUND_SECONDS), await stop.wait(0)]

    assert (paused, asked, stop.is_set()) == (False, [True, True], True)


async def test_work_is_done_before_the_block_and_again_until_it_ends() -> None:
    done, thrice = 0, asyncio.Event()

    async def work() -> None:
        nonlocal done
        done += 1
        if done == 3:
            thrice.set()

    async with repeating(work, every_seconds=0.0):
        before = done
        await asyncio.wait_for(thrice.wait(), BOUND_SECONDS)
    at_the_end = done
    for _ in range(10):
        await asyncio.sleep(0)

    assert before == 1
    assert done == at_the_end


def test_pauses_grow_to_the_longest_and_begin_again_when_there_was_work() -> None:
    pace = Pace(0.5, 3.0)
    assert [pace.pause_seconds() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    pace.hurry()
    assert [pace.pause_seconds() for _ in range(2)] == [0.5, 1.0]

"""Waiting: slow is waited for, still is not, and neither is what never ends."""

import itertools
from collections.abc import Iterator

from tests.chaos.settling import until

STILL = 0.3


class Work:
    """Done after so many looks; what a look finds of its progress is given."""

    def __init__(self, *, looks: int, progress: Iterator[int]) -> None:
        self.left = looks
        self._progress = progress

    async def done(self) -> bool:
        self.left -= 1
        return self.left < 0

    async def progress(self) -> object:
        return next(self._progress)


async def test_what_moves_is_waited_for_far_beyond_the_time_that_stillness_is_given() -> None:
    slow = Work(looks=4, progress=itertools.count())

    assert await until(slow.done, slow.progress, still_seconds=STILL)


async def test_what_stands_still_is_given_up() -> None:
    stuck = Work(looks=10_000, progress=itertools.repeat(7))

    assert not await until(stuck.done, stuck.progress, still_seconds=STILL)
    assert stuck.left > 9_000


async def test_what_is_done_at_once_is_not_waited_for() -> None:
    ready = Work(looks=0, progress=itertools.repeat(7))

    assert await until(ready.done, ready.progress, still_seconds=0.0)


async def test_what_moves_without_an_end_is_given_up_too() -> None:
    endless = Work(looks=10_000, progress=itertools.count())

    assert not await until(endless.done, endless.progress, still_seconds=STILL, most_seconds=1.0)

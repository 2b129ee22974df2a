"""A few places, and whose turn it is when one is free."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from referral_intake.accepting.fair_queue import Crowd
from referral_intake.errors import TooBusy
from referral_intake.turns import TurnLimits, Turns

BOUND_SECONDS = 10


class Room:
    """Who has a place, in the order they got it; each keeps it until it is asked to go."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.inside: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(self, name: str, *, urgent: bool = False) -> None:
        """Somebody such as ``a1`` of owner ``a`` asks for a place."""
        self.tasks[name] = asyncio.create_task(self._enter(name, urgent=urgent))
        await asyncio.sleep(0)

    async def _enter(self, name: str, *, urgent: bool) -> None:
        await self.turns.enter(name[0], urgent=urgent)
        self.inside.append(name)

    async def goes(self, name: str) -> None:
        """Somebody gives its place back; anyone who follows is in when this returns."""
        self.inside.remove(name)
        self.turns.leave(name[0])
        for _ in range(3):
            await asyncio.sleep(0)

    async def gives_up(self, name: str) -> None:
        self.tasks[name].cancel()
        with suppress(asyncio.CancelledError):
            await self.tasks[name]


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    room = Room(Turns(TurnLimits(places=3, each=2, urgent=Crowd(each=2, all=4, reserved=1), pending=3)))
    yield room
    for name in [name for name, task in room.tasks.items() if not task.done()]:
        await room.gives_up(name)


async def test_one_owner_never_has_every_place(room: Room) -> None:
    for name in ("a1", "a2", "a3"):
        await room.comes(name)
    assert room.inside == ["a1", "a2"]

    await room.comes("b1")

    assert room.inside == ["a1", "a2", "b1"]


async def test_urgent_ones_come_first_and_owners_in_turn(room: Room) -> None:
    for name in ("a1", "a2", "b1"):
        await room.comes(name)
    for name in ("a3", "b2"):
        await room.comes(name)
    for name in ("c4", "c5", "b6"):
        await room.comes(name, urgent=True)

    for name in ("a1", "a2", "b1", "c4", "b6"):
        await room.goes(name)

    assert room.inside == ["c5", "a3", "b2"]


async def test_anyone_who_gives_up_leaves_its_place_in_line(room: Room) -> None:
    for name in ("a1", "a2", "b1", "c1", "c2"):
        await room.comes(name)

    await room.gives_up("c1")
    await room.goes("a1")

    assert room.inside == ["a2", "b1", "c2"]


async def test_a_place_that_was_given_to_somebody_who_gives_up_goes_to_the_next(room: Room) -> None:
    """Interleaving met: the place is free, and anyone who was called goes away before it has looked."""
    for name in ("a1", "a2", "b1", "c1", "d1"):
        await room.comes(name)

    room.inside.remove("a1")
    room.turns.leave("a")
    await room.gives_up("c1")
    await asyncio.wait_for(room.tasks["d1"], BOUND_SECONDS)

    assert room.inside == ["a2", "b1", "d1"]


async def test_only_so_many_urgent_ones_wait_and_the_last_place_is_for_somebody_else(room: Room) -> None:
    for name in ("x1", "x2", "y1"):
        await room.comes(name)
    for name in ("a1", "a2", "b1"):
        await room.comes(name, urgent=True)

    with pytest.raises(TooBusy):
        await room.turns.enter("a", urgent=True)
    with pytest.raises(TooBusy):
        await room.turns.enter("b", urgent=True)
    await room.comes("c1", urgent=True)
    with pytest.raises(TooBusy):
        await room.turns.enter("d", urgent=True)

    await room.gives_up("b1")
    await room.comes("d1", urgent=True)
    assert not room.tasks["d1"].done()


async def test_only_so_many_others_wait(room: Room) -> None:
    for name in ("x1", "x2", "y1", "a1", "a2", "a3"):
        await room.comes(name)

    with pytest.raises(TooBusy):
        await room.turns.enter("b")


async def test_places_are_neither_lost_nor_doubled() -> None:
    turns, inside, most = Turns(TurnLimits(places=3, each=2)), 0, 0

    async def work(owner: str, *, urgent: bool) -> None:
        nonlocal inside, most
        await turns.enter(owner, urgent=urgent)
        try:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
        finally:
            inside -= 1
            turns.leave(owner)

    everybody = [asyncio.create_task(work("abc"[n % 3], urgent=n % 4 == 0)) for n in range(200)]
    for leaving in everybody[::7]:
        await asyncio.sleep(0)
        leaving.cancel()
    async with asyncio.timeout(BOUND_SECONDS):
        await asyncio.gather(*everybody, return_exceptions=True)

    assert (inside, most) == (0, 3)
    for owner in "aab":
        await asyncio.wait_for(turns.enter(owner), BOUND_SECONDS)

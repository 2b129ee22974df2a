"""How much of bodies is held: one sender never has all of it, and anyone who has nothing gets in."""

from contextlib import ExitStack, suppress

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.web import room as room_module
from chassis.web.problems import Busy
from chassis.web.room import Held, Room, RoomLimits
from contracts.problems import Unavailable

SMALL = RoomLimits(bytes_each=40, bytes_all=100, bytes_reserved=30, requests_each=3)


def entered(stack: ExitStack, room: Room, sender: str, size: int) -> Held:
    held = stack.enter_context(room.hold(sender))
    held.grow(size)
    return held


def test_a_sender_has_its_share_and_no_more() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 30)

        with pytest.raises(Busy):
            entered(stack, room, "a", 11)
        entered(stack, room, "a", 10)


def test_a_sender_has_so_many_requests_however_small() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        for _ in range(3):
            entered(stack, room, "a", 0)

        with pytest.raises(Busy):
            entered(stack, room, "a", 0)
        entered(stack, room, "b", 0)


def test_the_reserve_is_for_those_who_hold_nothing_else() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 40)
        entered(stack, room, "b", 30)

        with pytest.raises(Busy):
            entered(stack, room, "b", 1)
        entered(stack, room, "c", 20)
        with pytest.raises(Busy):
            entered(stack, room, "d", 11)
        entered(stack, room, "d", 10)


def test_a_body_that_declares_no_length_may_grow_into_the_reserve_of_its_own() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 40)
        entered(stack, room, "b", 30)
        held = entered(stack, room, "c", 10)

        held.grow(20)

        with pytest.raises(Busy):
            held.grow(1)


def test_anyone_who_can_wait_is_turned_out_of_the_reserve() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 40)
        entered(stack, room, "b", 25)
        held = entered(stack, room, "c", 10)

        with pytest.raises(Busy):
            held.confirm(first=False)
        held.confirm(first=True)


def test_anyone_who_came_before_the_reserve_was_needed_stays() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        early = entered(stack, room, "a", 40)
        entered(stack, room, "b", 30)
        late = entered(stack, room, "c", 20)
        no_body = Held(room, "", counted=False)

        early.confirm(first=False)
        no_body.confirm(first=False)
        with pytest.raises(Busy):
            late.confirm(first=False)


def test_anyone_who_came_into_the_reserve_stays_when_it_is_not_needed_any_more() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        with ExitStack() as before:
            entered(before, room, "a", 40)
            entered(before, room, "b", 30)
            held = entered(stack, room, "c", 20)

        held.confirm(first=False)


def test_of_one_sender_so_much_is_read_in_a_second_however_soon_it_is_answered() -> None:
    now = 100.0
    limits = RoomLimits(bytes_each=40, bytes_all=100, bytes_reserved=30, bytes_each_second=50)
    room = Room(limits, now=lambda: now)

    def quick(sender: str, size: int) -> bool:
        with suppress(Busy), ExitStack() as stack:
            entered(stack, room, sender, size)
            return True
        return False

    at_once = [quick("a", 25), quick("a", 25), quick("a", 1), quick("b", 40)]
    now += 0.4
    later = [quick("a", 21), quick("a", 20), quick("a", 1)]
    now += 60
    after_a_rest = [quick("a", 40), quick("a", 11)]

    assert at_once == [True, True, False, True]
    assert later == [False, True, False]
    assert after_a_rest == [True, False]


def test_senders_who_send_nothing_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "MOST_SENDERS", 3)
    now = 100.0
    room = Room(RoomLimits(), now=lambda: now)

    for number in range(50):
        with ExitStack() as stack:
            entered(stack, room, f"sender-{number}", 1)
        now += 1

    assert len(room._read._levels) <= 3


def test_what_is_given_back_is_there_for_others_also_after_a_failure() -> None:
    room = Room(SMALL)
    with suppress(ValueError), ExitStack() as stack:
        entered(stack, room, "a", 40)
        raise ValueError

    with ExitStack() as stack:
        entered(stack, room, "a", 40)


def test_a_refusal_is_whatever_the_service_says() -> None:
    room = Room(RoomLimits(bytes_each=1, bytes_all=1, bytes_reserved=0), lambda: Unavailable("Phone us."))

    with ExitStack() as stack, pytest.raises(Unavailable, match="Phone us"):
        entered(stack, room, "a", 2)


class Senders(RuleBasedStateMachine):
    """Anybody sends and is answered in any order; compared with a sum over all that is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(SMALL)
        self.under_way: list[tuple[ExitStack, Held]] = []

    def held_by(self, sender: str) -> int:
        return sum(held.size for _, held in self.under_way if held.sender == sender)

    @property
    def total(self) -> int:
        return sum(held.size for _, held in self.under_way)

    @rule(sender=st.sampled_from("abcd"), size=st.integers(0, 45))
    def send(self, sender: str, size: int) -> None:
        before, total = self.held_by(sender), self.total
        count = sum(held.sender == sender for _, held in self.under_way)
        has_room = count < 3 and before + size <= 40 and total + size <= (70 if before else 100)
        stack = ExitStack()
        try:
            held = entered(stack, self.room, sender, size)
        except Busy:
            stack.close()
            assert not has_room
        else:
            self.under_way.append((stack, held))
            assert has_room

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.under_way) - 1))
        self.under_way.pop(place)[0].close()

    @invariant()
    def nothing_is_forgotten(self) -> None:
        assert self.room._total == self.total <= 100
        assert set(self.room._requests) == {held.sender for _, held in self.under_way}


TestSenders = Senders.TestCase

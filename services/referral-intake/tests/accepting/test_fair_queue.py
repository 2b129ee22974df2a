"""Whose turn it is among those who wait, compared with a plain list of who came when."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from referral_intake.accepting.fair_queue import Crowd, FairQueue

OWNERS = "abcd"


def anybody(_: str) -> bool:
    return True


def drained(queue: FairQueue[str]) -> list[str]:
    found = []
    while (owner := queue.next_owner(anybody)) is not None:
        found.append(queue.pop(owner))
    return found


def filled(items: Sequence[str]) -> FairQueue[str]:
    """Items such as ``a1``, each of the owner that it begins with."""
    queue: FairQueue[str] = FairQueue()
    for item in items:
        queue.add(item[0], item)
    return queue


def test_owners_have_their_turns_one_after_the_other() -> None:
    queue = filled(["a1", "a2", "a3", "b1", "b2", "c1"])

    assert drained(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_anyone_who_comes_while_others_wait_has_its_turn_in_the_same_round() -> None:
    queue = filled(["a1", "a2", "a3"])
    queue.pop("a")
    queue.add("b", "b1")

    assert drained(queue) == ["a2", "b1", "a3"]


def test_an_owner_that_may_not_go_keeps_its_turn() -> None:
    queue = filled(["a1", "b1", "a2"])

    skipping = queue.next_owner(lambda owner: owner != "a")
    assert skipping == "b"
    queue.pop(skipping)

    assert drained(queue) == ["a1", "a2"]


def test_anyone_who_leaves_is_gone_at_once_wherever_it_waited() -> None:
    queue = filled(["a1", "a2", "a3", "b1"])

    for item in ("a2", "b1", "b1", "nobody"):
        queue.remove(item[0], item)

    assert (len(queue), queue.of("a"), queue.of("b")) == (2, 2, 0)
    assert drained(queue) == ["a1", "a3"]


class Waiting(RuleBasedStateMachine):
    """Anybody comes, goes and has a turn, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: FairQueue[str] = FairQueue()
        self.model: list[str] = []
        self.turns: dict[str, int] = {}
        self.number = 0

    @rule(owner=st.sampled_from(OWNERS))
    def come(self, owner: str) -> None:
        self.number += 1
        item = f"{owner}{self.number}"
        if not any(each[0] == owner for each in self.model):
            self.turns[owner] = self.number  # anyone who comes again is last in turn
        self.queue.add(owner, item)
        self.model.append(item)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.model))
        self.queue.remove(item[0], item)
        self.model.remove(item)

    @precondition(lambda self: self.model)
    @rule()
    def have_a_turn(self) -> None:
        expected = min({item[0] for item in self.model}, key=lambda owner: self.turns[owner])

        owner = self.queue.next_owner(anybody)
        assert owner == expected
        item = self.queue.pop(owner)

        assert item == next(each for each in self.model if each[0] == owner)
        self.model.remove(item)
        self.number += 1
        self.turns[owner] = self.number

    @invariant()
    def everybody_is_counted(self) -> None:
        assert len(self.queue) == len(self.model)
        for owner in OWNERS:
            assert self.queue.of(owner) == sum(item[0] == owner for item in self.model)


TestWaiting = Waiting.TestCase


@given(st.lists(st.sampled_from(OWNERS), max_size=40))
def test_nobody_has_a_second_turn_while_somebody_waits_for_a_first(owners: list[str]) -> None:
    order = drained(filled([f"{owner}{number}" for number, owner in enumerate(owners)]))

    rounds = [item[0] for item in order]
    for place, owner in enumerate(rounds):
        before = rounds[:place].count(owner)
        assert all(rounds[:place].count(other) >= min(before, owners.count(other)) for other in OWNERS)


@pytest.mark.parametrize(
    ("own", "all_waiting", "has_place"),
    [
        (0, 0, True),
        (2, 2, True),
        (3, 3, False),
        (2, 7, True),
        (2, 8, False),
        (1, 8, False),
        (0, 8, True),
        (0, 10, False),
    ],
)
def test_the_last_places_are_for_those_of_whom_nobody_waits(own: int, all_waiting: int, has_place: bool) -> None:
    crowd = Crowd(each=3, all=10, reserved=2)

    assert crowd.has_place(own=own, all_waiting=all_waiting) is has_place

"""Who waits, owner by owner: each owner's in the order they came, and the owners in turn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from prometheus_client import Counter

from referral_intake.errors import TooBusy

Item = TypeVar("Item")

refused_total: Final = Counter("frontdoor_emergencies_refused", "Emergencies for which there was no place", ["client"])


@dataclass(frozen=True)
class Crowd:
    """How many may wait: ``each`` of one owner, ``all`` altogether. The last ``reserved`` of all are only for owners of
    whom nobody waits, so that a few who send without end leave a place to everybody else.
    """

    each: int = 100
    all: int = 500
    reserved: int = 100

    def has_place(self, *, own: int, all_waiting: int) -> bool:
        """Whether one more of an owner may wait, of whom ``own`` wait already."""
        return own < self.each and all_waiting < (self.all - self.reserved if own else self.all)

    def check(self, owner: str, queue: "FairQueue[Any]") -> None:
        """Raises ``TooBusy``, and counts it, when no more of the owner may wait in the queue."""
        if not self.has_place(own=queue.of(owner), all_waiting=len(queue)):
            refused_total.labels(owner).inc()
            raise TooBusy


CROWD: Final = Crowd()
"""Unless something else was set."""


class FairQueue(Generic[Item]):
    """Contract.

    - After an owner's turn every other owner of whom something waits has one before its next.
    - An item leaves from anywhere, at once. Items are told apart by what they are, not by what they are equal to.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, dict[Item, None]] = {}  # owners by turn, and each owner's by age
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def of(self, owner: str) -> int:
        """How many of an owner wait."""
        return len(self._waiting.get(owner, ()))

    def add(self, owner: str, item: Item) -> None:
        """Behind what waits of the same owner."""
        self._waiting.setdefault(owner, {})[item] = None
        self._count += 1

    def next_owner(self, may: Callable[[str], bool]) -> str | None:
        """Whose turn it is, of those who may have one; None when nobody may."""
        return next((owner for owner in self._waiting if may(owner)), None)

    def peek(self, owner: str) -> Item:
        """The item of an owner that has waited longest."""
        return next(iter(self._waiting[owner]))

    def pop(self, owner: str) -> Item:
        """The same, taken out; its owner is the last in turn afterwards."""
        items = self._waiting.pop(owner)
        item = next(iter(items))
        del items[item]
        if items:
            self._waiting[owner] = items
        self._count -= 1
        return item

    def remove(self, owner: str, item: Item) -> None:
        """Take an item out, if it still waits."""
        items = self._waiting.get(owner)
        if items is None or item not in items:
            return
        del items[item]
        self._count -= 1
        if not items:
            del self._waiting[owner]

"""Which versions of foreign aggregates are in effect here, and which were followed without being read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final, Self

from sqlalchemy import Row, text

from chassis.db import Transaction
from chassis.delivery.messages import Message

APPLIED: Final = "SELECT aggregate, version, unread FROM applied WHERE aggregate = ANY(CAST(:aggregates AS text[]))"
"""The rows that ``Versions`` are made of."""
_LOAD: Final = text(APPLIED)
_STORE: Final = text(
    """INSERT INTO applied (aggregate, version, unread)
       SELECT aggregate, version, CAST(unread AS integer[])
       FROM unnest(CAST(:aggregates AS text[]), CAST(:versions AS integer[]), CAST(:unread AS text[]))
            AS n(aggregate, version, unread)
       ON CONFLICT (aggregate) DO UPDATE SET version = greatest(applied.version, EXCLUDED.version),
                                             unread = applied.unread || EXCLUDED.unread"""
)
_STORE_READ: Final = text(
    """UPDATE applied SET unread = nullif(
           ARRAY(SELECT unnest(applied.unread) EXCEPT SELECT unnest(CAST(n.read AS integer[])) ORDER BY 1), '{}')
       FROM unnest(CAST(:aggregates AS text[]), CAST(:read AS text[])) AS n(aggregate, read)
       WHERE applied.aggregate = n.aggregate"""
)
_WANTED: Final = text("SELECT EXISTS (SELECT FROM backfill WHERE type = :type)")


class Standing(Enum):
    """What a message's version is to its aggregate."""

    NEXT = auto()
    """The one that comes after what is in effect."""
    EARLY = auto()
    """A version before it is missing."""
    REPEATED = auto()
    """It has taken effect, or was given up."""
    UNREAD = auto()
    """It was followed when nothing here handled its type; now something does."""


@dataclass
class Versions:
    """The versions of some aggregates, and how they change in one transaction until ``store`` writes that."""

    seen: dict[str, int]
    unread: dict[str, set[int]]
    _moved: dict[str, int] = field(default_factory=dict)
    _followed: dict[str, list[int]] = field(default_factory=dict)
    _read: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    async def load(cls, tx: Transaction, aggregates: Iterable[str]) -> Self:
        """What is in effect of these aggregates."""
        return cls.of((await tx.execute(_LOAD, {"aggregates": list(aggregates)})).all())

    @classmethod
    def of(cls, rows: Sequence[Row[Any]]) -> Self:
        """The same from rows of ``APPLIED``."""
        return cls(
            {row.aggregate: row.version for row in rows},
            {row.aggregate: set(row.unread) for row in rows if row.unread},
        )

    def next_of(self, aggregate: str) -> int:
        """The version that an aggregate waits for."""
        return self.seen.get(aggregate, 0) + 1

    def standing(self, message: Message, *, handled: bool) -> Standing:
        """Where a message stands."""
        aggregate, version = message.envelope.subject, message.envelope.sequence
        expected = self.next_of(aggregate)
        if version == expected:
            return Standing.NEXT
        if version > expected:
            return Standing.EARLY
        return Standing.UNREAD if handled and version in self.unread.get(aggregate, ()) else Standing.REPEATED

    def apply(self, message: Message) -> None:
        """Note that a message has been handled."""
        aggregate, version = message.envelope.subject, message.envelope.sequence
        if version == self.next_of(aggregate):
            self._move(aggregate, version)
        else:
            self.unread[aggregate].discard(version)
            self._read.setdefault(aggregate, []).append(version)

    def follow(self, message: Message) -> None:
        """Note that a message went by without a handler."""
        aggregate, version = message.envelope.subject, message.envelope.sequence
        self._move(aggregate, version)
        self._followed.setdefault(aggregate, []).append(version)

    def give_up(self, aggregate: str, version: int) -> None:
        """Go on without a version, if it is the one that is waited for."""
        if version == self.next_of(aggregate):
            self._move(aggregate, version)

    def _move(self, aggregate: str, version: int) -> None:
        self.seen[aggregate] = self._moved[aggregate] = version

    async def store(self, tx: Transaction) -> None:
        """Write what changed, in one statement and, where something unread was read, a second."""
        moved, followed = self._moved, self._followed
        if moved:
            unread = [_array(followed[aggregate]) if aggregate in followed else None for aggregate in moved]
            columns = {"aggregates": list(moved), "versions": list(moved.values()), "unread": unread}
            await tx.execute(_STORE, columns)
        if self._read:
            read = [_array(versions) for versions in self._read.values()]
            await tx.execute(_STORE_READ, {"aggregates": list(self._read), "read": read})
        self._moved, self._followed, self._read = {}, {}, {}


def _array(versions: Collection[int]) -> str:
    return "{" + ",".join(map(str, versions)) + "}"


async def wanted(tx: Transaction, event_type: str) -> bool:
    """Whether an operator has asked that events of a type take effect although they had been followed unread."""
    return bool(await tx.scalar(_WANTED, {"type": event_type}))

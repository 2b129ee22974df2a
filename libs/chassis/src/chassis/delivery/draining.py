"""Draining a key: what is parked is tried again in its order, up to the first that still cannot take effect."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text

from chassis.db import DatabaseUnavailable, Transaction
from chassis.delivery import effects, failures, versions
from chassis.delivery.applying import follow_or_apply
from chassis.delivery.failures import Failure
from chassis.delivery.messages import Message, Subscriptions, read
from chassis.delivery.parking import BEHIND, GAP, MOST_ATTEMPTS, Why, record_of
from chassis.delivery.versions import Standing, Versions
from contracts.problems import Problem

_LOCK: Final = text(
    """SELECT FROM position WHERE partition IN (
           SELECT partition FROM parked WHERE settled_at IS NULL
           AND (key = ANY(CAST(:keys AS bytea[])) OR id = ANY(CAST(:ids AS bigint[]))))
       ORDER BY topic, partition FOR UPDATE"""
)
_OF_KEY: Final = text(
    """SELECT id, aggregate, version, error_class, attempts, next_try_at FROM parked
       WHERE settled_at IS NULL AND (key = CAST(:key AS bytea) OR id = :id) ORDER BY id"""
)
_WHOLE: Final = text("SELECT * FROM parked WHERE id = ANY(CAST(:ids AS bigint[]))")
_RESOLVE: Final = text(
    """UPDATE parked SET settled_at = :now, settled_as = n.how, next_try_at = NULL, asked = NULL
       FROM unnest(CAST(:ids AS bigint[]), CAST(:hows AS text[])) AS n(id, how)
       WHERE parked.id = n.id AND parked.settled_at IS NULL"""
)
_STILL: Final = text(
    """UPDATE parked SET error_class = :error_class, place = CAST(:place AS text), attempts = :attempts,
                         next_try_at = CAST(:next_try_at AS timestamptz)
       WHERE id = :id AND settled_at IS NULL"""
)
_NAME: Final = text("UPDATE parked SET aggregate = :aggregate, version = :version WHERE id = :id AND aggregate IS NULL")
_WAIT_BEHIND: Final = text(
    """UPDATE parked SET error_class = 'behind', place = NULL, next_try_at = NULL
       WHERE id = ANY(CAST(:ids AS bigint[])) AND settled_at IS NULL
         AND (next_try_at IS NOT NULL OR error_class = 'gap')"""
)
_GO_ON: Final = text(
    """UPDATE parked SET next_try_at = :now WHERE id = ANY(CAST(:ids AS bigint[])) AND settled_at IS NULL
       AND error_class IN ('gap', 'behind')"""
)
_WAKE: Final = text(
    """UPDATE parked SET next_try_at = :now
       WHERE settled_at IS NULL AND next_try_at IS NULL AND (
           error_class = 'gap' AND EXISTS (SELECT FROM applied a WHERE a.aggregate = parked.aggregate
                                           AND a.version + 1 >= parked.version)
        OR error_class = 'behind' AND NOT EXISTS (SELECT FROM parked first WHERE first.key = parked.key
                                                  AND first.settled_at IS NULL AND first.error_class <> 'behind'))"""
)


@dataclass(frozen=True)
class Key:
    """A blocked key; a record without one stands alone, by its row."""

    key: bytes | None
    row_id: int


async def lock(tx: Transaction, keys: Iterable[Key]) -> None:
    """Lock the positions of every partition that holds something of these keys.

    Interleaving prevented: another instance applies a batch with messages of the key between our look at what is
    parked and our change to it.
    """
    wanted = list(keys)
    named = [key.key for key in wanted if key.key is not None]
    await tx.execute(_LOCK, {"keys": named, "ids": [key.row_id for key in wanted]})


async def drain(tx: Transaction, key: Key, subscriptions: Subscriptions, *, now: datetime, limit: int) -> bool:
    """Try up to ``limit`` messages of a key in their order; the caller commits. True when the key should go on at once.

    Each is checked again: the record, its version, the rules. Those that fail keep their place and everything behind
    them. What is not due is not tried, nor anything behind it.
    """
    await lock(tx, [key])
    rows = in_turn((await tx.execute(_OF_KEY, {"key": key.key, "id": key.row_id})).all())
    trial = await _Trial.begin(tx, rows[:limit], subscriptions, now)
    done = 0
    for row in rows[:limit]:
        if not _is_due(row, now) or not await trial.passes(row):
            break
        done += 1
    await trial.finish()
    stopped = done < min(limit, len(rows))
    rest = [row.id for row in rows[done + 1 if stopped else done :]]
    if rest:
        await tx.execute(_WAIT_BEHIND if stopped else _GO_ON, {"ids": rest} | ({} if stopped else {"now": now}))
    return bool(rest) and not stopped


async def hold_first(tx: Transaction, key: Key, failure: Failure, *, now: datetime) -> None:
    """Keep the next message of a key as failing without trying it: done alone, it failed at COMMIT."""
    await lock(tx, [key])
    rows = in_turn((await tx.execute(_OF_KEY, {"key": key.key, "id": key.row_id})).all())
    if rows:
        await _still_failing(tx, rows[0], failure=failure, now=now)
        await tx.execute(_WAIT_BEHIND, {"ids": [row.id for row in rows[1:]]})


async def wake(tx: Transaction, *, now: datetime) -> None:
    """Make due what waits for nothing that is parked or missing: whatever left it behind, it must not wait for ever."""
    await tx.execute(_WAKE, {"now": now})


def in_turn(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """As they arrived, but no version before an earlier one of its aggregate: what was missing arrives after it."""
    waiting: defaultdict[str, deque[Row[Any]]] = defaultdict(deque)
    for row in sorted((row for row in rows if row.aggregate is not None), key=lambda row: (row.version, row.id)):
        waiting[row.aggregate].append(row)
    return [each for row in rows for each in _up_to(row, waiting)]


def _up_to(row: Row[Any], waiting: dict[str, deque[Row[Any]]]) -> Iterator[Row[Any]]:
    if row.aggregate is None:
        yield row
        return
    of_aggregate = waiting[row.aggregate]
    while of_aggregate and of_aggregate[0].version <= row.version:
        yield of_aggregate.popleft()


def _is_due(row: Row[Any], now: datetime) -> bool:
    return row.error_class in (GAP, BEHIND) or (row.next_try_at is not None and row.next_try_at <= now)


@dataclass
class _Trial:
    """Some messages of one key being tried in one transaction."""

    tx: Transaction
    subscriptions: Subscriptions
    now: datetime
    messages: dict[int, Message | Problem]
    versions: Versions
    resolved: dict[int, str]

    @classmethod
    async def begin(
        cls, tx: Transaction, rows: Sequence[Row[Any]], subscriptions: Subscriptions, now: datetime
    ) -> "_Trial":
        """Read them again: what an earlier edition could not read may name an aggregate by now."""
        found = await tx.execute(_WHOLE, {"ids": [row.id for row in rows]})
        messages = {row.id: _read(row) for row in found}
        aggregates = {message.envelope.subject for message in messages.values() if isinstance(message, Message)}
        return cls(tx, subscriptions, now, messages, await Versions.load(tx, aggregates), {})

    async def passes(self, row: Row[Any]) -> bool:
        """Try one message; False when it stays, and everything behind it."""
        try:
            how = await self._try(row)
        except Exception as error:
            await self._note(row, error)
            return False
        if how is not None:
            self.resolved[row.id] = how
        return how is not None

    async def _try(self, row: Row[Any]) -> str | None:
        message = self.messages[row.id]
        if isinstance(message, Problem):
            raise message
        match self.versions.standing(message, handled=self.subscriptions.reads(message.envelope.type)):
            case Standing.REPEATED:
                return "repeated"
            case Standing.UNREAD if not await versions.wanted(self.tx, message.envelope.type):
                return "repeated"
            case Standing.EARLY:
                await self._wait_for_gap(row, message)
                return None
            case _:
                await self._effect(message)
                return "applied"

    async def _effect(self, message: Message) -> None:
        async with self.tx.begin_nested():
            await effects.handle(self.tx, message, self.subscriptions, self.now)
        follow_or_apply(self.versions, message, self.subscriptions)

    async def _note(self, row: Row[Any], error: Exception) -> None:
        if self.tx.invalidated:
            raise DatabaseUnavailable from error
        if failures.is_general(error):
            raise error
        if failures.is_wrong(error):
            why = Why(failures.name_of(error))
            await _still(self.tx, row, why=why, now=self.now, attempts=row.attempts + 1)
        else:
            await _still_failing(self.tx, row, failure=failures.describe(error), now=self.now)

    async def _wait_for_gap(self, row: Row[Any], message: Message) -> None:
        """Its aggregate is written down as well: that is how the owner of what is missing is found."""
        await _still(self.tx, row, why=Why(GAP), now=self.now, attempts=row.attempts)
        named = {"aggregate": message.envelope.subject, "version": message.envelope.sequence}
        await self.tx.execute(_NAME, {**named, "id": row.id})

    async def finish(self) -> None:
        """Write which versions are in effect, and what each resolved message was resolved as."""
        await self.versions.store(self.tx)
        if self.resolved:
            ids, hows = list(self.resolved), list(self.resolved.values())
            await self.tx.execute(_RESOLVE, {"now": self.now, "ids": ids, "hows": hows})


def _read(row: Row[Any]) -> Message | Problem:
    try:
        return read(record_of(row))
    except Problem as problem:
        return problem


async def _still_failing(tx: Transaction, row: Row[Any], *, failure: Failure, now: datetime) -> None:
    attempts = row.attempts + 1
    why = Why.failing(failure, failures.pause_after(attempts))
    await _still(tx, row, why=why, now=now, attempts=attempts)


async def _still(tx: Transaction, row: Row[Any], *, why: Why, now: datetime, attempts: int) -> None:
    """The row stays, for this reason."""
    values = {"error_class": why.error_class, "place": why.place, "id": row.id}
    next_try_at = now + why.pause if why.pause is not None else None
    await tx.execute(_STILL, {**values, "attempts": min(attempts, MOST_ATTEMPTS), "next_try_at": next_try_at})

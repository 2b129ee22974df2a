"""Resolving what is parked: operators' requests, and another try at what is due, between one batch and the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, DatabaseUnavailable, Transaction
from chassis.delivery import draining, failures, parking
from chassis.delivery.draining import Key
from chassis.delivery.events import Context, record_each
from chassis.delivery.messages import Subscriptions, referral_of
from chassis.delivery.versions import Versions
from contracts.envelope import NAME_PATTERN, NO_PARTNERSHIP
from contracts.events import Event, ParkedDiscarded, ParkedReleased

RELEASE: Final = "release"
DISCARD: Final = "discard"
AT_ONCE: Final = 100
"""So many requests are carried out in one transaction, and so many messages of a key are tried in one."""
KEYS_AT_ONCE: Final = 20
"""So many keys are tried before reading goes on."""

log = telemetry.logger(__name__)

_WAITING: Final = text(
    """SELECT halted, next_due, d.id, d.key, d.requested
       FROM (SELECT EXISTS (SELECT FROM halt WHERE resumed_at IS NULL) AS halted,
                    (SELECT min(next_try_at) FROM parked
                     WHERE settled_at IS NULL AND next_try_at > :now
                       AND partition = ANY(CAST(:partitions AS integer[]))) AS next_due) h LEFT JOIN (
           SELECT id, key, asked IS NOT NULL AS requested FROM parked
           WHERE settled_at IS NULL AND (asked IS NOT NULL OR next_try_at IS NOT NULL)
             AND (asked IS NOT NULL OR next_try_at <= :now) AND partition = ANY(CAST(:partitions AS integer[]))
           ORDER BY id LIMIT :limit
       ) d ON true ORDER BY d.id"""
)
_REQUESTED: Final = text(
    """SELECT * FROM parked WHERE asked IS NOT NULL AND settled_at IS NULL
       AND partition = ANY(CAST(:partitions AS integer[])) ORDER BY aggregate, version, id LIMIT :limit"""
)
_STILL_REQUESTED: Final = text(
    """SELECT id FROM parked WHERE id = ANY(CAST(:ids AS bigint[])) AND settled_at IS NULL AND asked IS NOT NULL
       ORDER BY id FOR UPDATE"""
)
_DISCARD: Final = text(
    """UPDATE parked SET settled_at = :now, settled_as = 'discarded', next_try_at = NULL
       WHERE id = ANY(CAST(:ids AS bigint[])) AND settled_at IS NULL"""
)
_OTHERS: Final = text(
    """SELECT DISTINCT aggregate, version FROM parked
       WHERE settled_at IS NULL AND aggregate = ANY(CAST(:aggregates AS text[]))
         AND key = ANY(CAST(:keys AS bytea[]))"""
)
_DONE: Final = text("UPDATE parked SET asked = NULL WHERE id = ANY(CAST(:ids AS bigint[]))")
_TRY_WHOLE_KEY: Final = text(
    """UPDATE parked SET next_try_at = :now WHERE settled_at IS NULL
       AND (key = ANY(CAST(:keys AS bytea[])) OR id = ANY(CAST(:ids AS bigint[])))"""
)


@dataclass(frozen=True)
class Waiting:
    """What there is to do beside reading."""

    halted: bool
    requested: bool
    due: tuple[Key, ...]
    next_due: datetime | None
    """When something is due that is not due now."""


class Resolver:
    """Contract.

    - It works on what is parked in the partitions it is given, with their positions locked; the row of a resolved
      message is never changed again.
    - A request is carried out and recorded as an event in one transaction, in which no message is handled: nothing
      that a message holds can make it fail and come again for ever.
    - A message that fails on another try stays, with a longer pause; a failure of the database is raised.
    """

    def __init__(self, db: Database, subscriptions: Subscriptions, clock: Clock, *, service: str) -> None:
        self._db = db
        self._subscriptions = subscriptions
        self._clock = clock
        self._service = service

    async def look(self, partitions: Sequence[int]) -> Waiting:
        """What waits in these partitions, in one statement: this is asked between all batches."""
        values = {"now": self._clock.now(), "partitions": list(partitions), "limit": AT_ONCE}
        async with self._db.statement() as tx:
            rows = (await tx.execute(_WAITING, values)).all()
        keys = {row.key if row.key is not None else row.id: Key(row.key, row.id) for row in rows if row.id is not None}
        requested = any(row.requested for row in rows)
        return Waiting(rows[0].halted, requested, tuple(keys.values())[:KEYS_AT_ONCE], rows[0].next_due)

    async def work(self, waiting: Waiting, partitions: Sequence[int]) -> None:
        """Carry out what was requested, or else try what is due. Raises only what the database is to blame for."""
        if waiting.requested:
            await self._carry_out(partitions)
            return
        for key in waiting.due:
            await self._try(key)

    async def _try(self, key: Key) -> None:
        limit = AT_ONCE
        while True:
            try:
                if not await self._drain(key, limit):
                    return
            except Exception as error:
                if failures.is_general(error):
                    raise
                if await failures.is_of_the_database(error, self._db):
                    raise DatabaseUnavailable from error
                if limit == 1:
                    await self._hold(key, error)
                    return
                limit = 1  # at COMMIT they fail together: alone, it can be no other

    async def _drain(self, key: Key, limit: int) -> bool:
        async with self._db.transaction() as tx:
            return await draining.drain(tx, key, self._subscriptions, now=self._clock.now(), limit=limit)

    async def _hold(self, key: Key, error: Exception) -> None:
        failure = failures.describe(error)
        log.warning("message failed again", error=failure.error_class, error_at=failure.place)
        async with self._db.transaction() as tx:
            await draining.hold_first(tx, key, failure, now=self._clock.now())

    async def _carry_out(self, partitions: Sequence[int]) -> None:
        """A hundred requests at once; if they cannot be carried out, one; if that cannot be, it is given back."""
        try:
            await self._requests(partitions, limit=AT_ONCE)
        except Exception as error:
            if failures.is_general(error):
                raise
            await self._one_request(partitions)

    async def _one_request(self, partitions: Sequence[int]) -> None:
        try:
            await self._requests(partitions, limit=1)
        except Exception as error:
            if failures.is_general(error):
                raise
            failure = failures.describe(error)
            log.error("a request could not be carried out", error=failure.error_class, error_at=failure.place)
            async with self._db.transaction() as tx:
                rows = await tx.execute(_REQUESTED, {"partitions": list(partitions), "limit": 1})
                await tx.execute(_DONE, {"ids": [row.id for row in rows]})

    async def _requests(self, partitions: Sequence[int], *, limit: int) -> None:
        async with self._db.transaction() as tx:
            found = (await tx.execute(_REQUESTED, {"partitions": list(partitions), "limit": limit})).all()
            await draining.lock(tx, [Key(row.key, row.id) for row in found])
            still = await tx.execute(_STILL_REQUESTED, {"ids": [row.id for row in found]})
            ids = set(still.scalars())
            await carry_out(tx, [row for row in found if row.id in ids], service=self._service, now=self._clock.now())


async def carry_out(tx: Transaction, rows: Sequence[Row[Any]], *, service: str, now: datetime) -> None:
    """Carry out what operators asked for of these rows, given in the order of versions, and record who did what."""
    await _discard(tx, [row for row in rows if row.asked == DISCARD], now=now)
    released = [row for row in rows if row.asked != DISCARD]
    keys = [row.key for row in released if row.key is not None]
    await tx.execute(_TRY_WHOLE_KEY, {"now": now, "keys": keys, "ids": [row.id for row in released]})
    await tx.execute(_DONE, {"ids": [row.id for row in rows]})
    await record_each(tx, [_event(row, service, now) for row in rows])


async def _discard(tx: Transaction, rows: Sequence[Row[Any]], *, now: datetime) -> None:
    """Give messages up, each aggregate's in order; what waits behind them is due.

    An aggregate goes on only from the version that it waits for: never past one that is missing, nor past another
    message that claims the same version, for that would lose them without a word.
    """
    if not rows:
        return
    await tx.execute(_DISCARD, {"now": now, "ids": [row.id for row in rows]})
    keys = [row.key for row in rows if row.key is not None]
    aggregates = {row.aggregate for row in rows if row.aggregate is not None}
    others = {(a, v) for a, v in await tx.execute(_OTHERS, {"aggregates": list(aggregates), "keys": keys})}
    known = await Versions.load(tx, aggregates)
    for row in rows:
        if row.aggregate is not None and (row.aggregate, row.version) not in others:
            known.give_up(row.aggregate, row.version)
    await known.store(tx)
    await parking.make_due(tx, keys, now=now)


def _event(row: Row[Any], service: str, now: datetime) -> tuple[Event, Context]:
    """What an operator did is an event like any other, so the log holds it. A stranger's headers do not get into it."""
    kind = ParkedDiscarded if row.asked == DISCARD else ParkedReleased
    event = kind(
        service=service,
        referral_id=referral_of(row.key),
        parked_id=row.id,
        topic=row.topic,
        partition=row.partition,
        offset=row.kafka_offset,
        error_class=row.error_class,
        asked_by=row.asked_by,
        asked_at=now,
    )
    partnership = str(row.headers.get("ce_partnership", ""))
    known = partnership if re.fullmatch(NAME_PATTERN, partnership) else NO_PARTNERSHIP
    return event, Context(source=service, partnership=known, now=now)

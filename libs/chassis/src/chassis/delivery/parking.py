"""Parked messages: rows that block their key until they take effect, are released or are given up."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text

from chassis.db import Transaction
from chassis.delivery import effects
from chassis.delivery.events import Context, record
from chassis.delivery.messages import Message, Record, Subscriptions, read, referral_of
from contracts.envelope import NO_PARTNERSHIP
from contracts.events import ParkedDiscarded, ParkedReleased
from contracts.problems import Conflict, NotFound, Problem

GAP: Final = "gap"
BEHIND: Final = "behind"
RELEASE: Final = "release"
DISCARD: Final = "discard"


@dataclass(frozen=True)
class Block:
    """Why a key is blocked: the oldest unsettled row of the key."""

    reason: str
    aggregate: str | None

    def is_gap_of(self, aggregate: str) -> bool:
        """True when the key only waits for a missing version of this aggregate."""
        return self.reason == GAP and self.aggregate == aggregate


_BLOCKS: Final = text(
    """SELECT DISTINCT ON (key) key, error_class, aggregate FROM parked
       WHERE key = ANY(CAST(:keys AS bytea[])) AND settled_at IS NULL ORDER BY key, id"""
)
_PARK: Final = text(
    """INSERT INTO parked (topic, partition, kafka_offset, key, aggregate, version, headers, data, error_class,
                           parked_at)
       SELECT :topic, :partition, :offset, :key, CAST(:aggregate AS text), CAST(:version AS integer),
              CAST(:headers AS jsonb), :data, :reason, :now
       WHERE NOT EXISTS (SELECT FROM parked WHERE settled_at IS NULL AND key = :key
                         AND aggregate = CAST(:aggregate AS text) AND version = CAST(:version AS integer))
       ON CONFLICT (topic, partition, kafka_offset) WHERE settled_at IS NULL DO NOTHING"""
)
_OF_KEY: Final = text("SELECT * FROM parked WHERE key = :key AND settled_at IS NULL ORDER BY id")
_SEEN: Final = text("SELECT version FROM applied WHERE aggregate = :aggregate")
_SETTLE: Final = text("UPDATE parked SET settled_at = :now, settled_as = :how WHERE id = :id")
_STILL: Final = text(
    """UPDATE parked SET error_class = :reason, attempts = attempts + 1, asked = NULL WHERE id = :id"""
)
_ASK: Final = text(
    """UPDATE parked SET asked = :what, asked_by = :by, asked_reason = :reason
       WHERE id = :id AND settled_at IS NULL AND asked IS NULL RETURNING id"""
)
_ASKED: Final = text(
    """SELECT * FROM parked WHERE asked IS NOT NULL AND settled_at IS NULL
       AND partition = ANY(CAST(:partitions AS integer[])) ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED"""
)
_LOCK_POSITIONS: Final = text(
    "SELECT next_offset FROM position WHERE partition = ANY(CAST(:partitions AS integer[])) ORDER BY 1 FOR UPDATE"
)
_ANY_ASKED: Final = text("SELECT EXISTS (SELECT FROM parked WHERE settled_at IS NULL AND asked IS NOT NULL)")
_UNASK: Final = text("UPDATE parked SET asked = NULL WHERE id = :id")
_EXISTS: Final = text("SELECT settled_as FROM parked WHERE id = :id")
_LIST: Final = text(
    """SELECT id, topic, partition, kafka_offset, aggregate, version, error_class, attempts, parked_at, asked,
              encode(key, 'escape') AS key
       FROM parked WHERE settled_at IS NULL AND id > :after ORDER BY id LIMIT :limit"""
)
_GAPS: Final = text(
    """SELECT p.aggregate, min(p.headers ->> 'ce_source') AS source, coalesce(max(a.version), 0) AS version
       FROM parked p LEFT JOIN applied a USING (aggregate)
       WHERE p.error_class = 'gap' AND p.settled_at IS NULL GROUP BY p.aggregate LIMIT 100"""
)


async def blocks(tx: Transaction, keys: Iterable[bytes]) -> dict[bytes, Block]:
    """Which of the keys are blocked, and why."""
    rows = await tx.execute(_BLOCKS, {"keys": list(keys)})
    return {key: Block(reason, aggregate) for key, reason, aggregate in rows}


async def park(tx: Transaction, kafka_record: Record, message: Message | None, *, reason: str, now: datetime) -> None:
    """Keep a record that cannot take effect. A copy of one already parked is dropped."""
    headers = {name: value.decode(errors="replace") for name, value in kafka_record.headers}
    await tx.execute(
        _PARK,
        {
            "topic": kafka_record.topic,
            "partition": kafka_record.partition,
            "offset": kafka_record.offset,
            "key": kafka_record.key,
            "aggregate": message.envelope.subject if message else None,
            "version": message.envelope.sequence if message else None,
            "headers": json.dumps(headers).replace("\\u0000", ""),
            "data": kafka_record.data,
            "reason": reason,
            "now": now,
        },
    )


async def drain(tx: Transaction, key: bytes, subscriptions: Subscriptions, *, now: datetime) -> int:
    """Let parked messages of a key take effect in order, up to the first that cannot. Returns how many were settled.

    MUST be called by whoever holds the positions of the key's partition, so that nothing of the key arrives meanwhile.
    """
    settled = 0
    for row in _in_turn((await tx.execute(_OF_KEY, {"key": key})).all()):
        how = await _try(tx, row, subscriptions, now=now)
        if how is None:
            break
        await tx.execute(_SETTLE, {"id": row.id, "now": now, "how": how})
        settled += 1
    return settled


def _in_turn(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Oldest first, but an aggregate's versions in their order: a missing one arrives after what it was missed by."""
    first: dict[str | None, int] = {}
    for row in rows:
        first.setdefault(row.aggregate, row.id)
    return sorted(rows, key=lambda row: (first[row.aggregate], row.version or 0, row.id))


async def _try(tx: Transaction, row: Row[Any], subscriptions: Subscriptions, *, now: datetime) -> str | None:
    """Everything is checked again: the message, its version, the rules. None when it stays parked."""
    try:
        message = read(_record_of(row), strict=subscriptions.every is None)
        seen = await tx.scalar(_SEEN, {"aggregate": message.envelope.subject}) or 0
        if message.envelope.sequence <= seen:
            return "repeated"
        if message.envelope.sequence > seen + 1:
            await tx.execute(_STILL, {"id": row.id, "reason": GAP})
            return None
        async with tx.begin_nested():
            await _apply_one(tx, message, subscriptions, now)
    except Problem as problem:
        await tx.execute(_STILL, {"id": row.id, "reason": type(problem).__name__})
        return None
    return "applied"


async def _apply_one(tx: Transaction, message: Message, subscriptions: Subscriptions, now: datetime) -> None:
    fresh: list[Message] = []
    await effects.handle(tx, message, subscriptions, fresh, now)
    if subscriptions.every is not None:
        await subscriptions.every(tx, fresh, now)
    await effects.advance(tx, {message.envelope.subject: message.envelope.sequence})


def _record_of(row: Row[Any]) -> Record:
    headers = tuple((name, str(value).encode()) for name, value in row.headers.items())
    return Record(row.topic, row.partition, row.kafka_offset, row.key, headers, row.data)


async def settle_asked(
    tx: Transaction, partitions: Sequence[int], subscriptions: Subscriptions, *, service: str, now: datetime
) -> int:
    """Carry out what operators asked for in the partitions this instance reads. Returns how many rows it looked at.

    The positions are locked first. Interleaving prevented: a batch of the same key is applied by another transaction
    between our look at the key and our change to it.
    """
    await tx.execute(_LOCK_POSITIONS, {"partitions": list(partitions)})
    rows = (await tx.execute(_ASKED, {"partitions": list(partitions)})).all()
    for row in rows:
        if row.asked == DISCARD:
            await _discard(tx, row, now=now)
        await tx.execute(_UNASK, {"id": row.id})
        await drain(tx, row.key, subscriptions, now=now)
        await _tell(tx, row, service=service, now=now)
    return len(rows)


async def _discard(tx: Transaction, row: Row[Any], *, now: datetime) -> None:
    """Give a message up: its aggregate goes on as if everything up to it had taken effect."""
    await tx.execute(_SETTLE, {"id": row.id, "now": now, "how": "discarded"})
    if row.aggregate is not None:
        seen = await tx.scalar(_SEEN, {"aggregate": row.aggregate}) or 0
        await effects.advance(tx, {row.aggregate: max(seen, row.version)})


async def _tell(tx: Transaction, row: Row[Any], *, service: str, now: datetime) -> None:
    """What an operator did is an event like any other, so the log holds it."""
    told = ParkedDiscarded if row.asked == DISCARD else ParkedReleased
    referral_id = referral_of(row.key)
    event = told(
        service=service,
        referral_id=referral_id,
        parked_id=row.id,
        topic=row.topic,
        partition=row.partition,
        offset=row.kafka_offset,
        error_class=row.error_class,
        asked_by=row.asked_by,
        asked_at=now,
    )
    partnership = row.headers.get("ce_partnership", NO_PARTNERSHIP)
    await record(tx, [event], context=Context(source=service, partnership=partnership, now=now))


async def list_parked(tx: Transaction, *, after: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """Unsettled rows, oldest first, without their data."""
    rows = await tx.execute(_LIST, {"after": after, "limit": limit})
    return [dict(row._mapping) for row in rows]


async def request_release(tx: Transaction, parked_id: int, *, reason: str, by: str) -> None:
    """Ask the consumer to try a message again. Raises ``NotFound`` or ``Conflict``."""
    await _ask(tx, parked_id, RELEASE, reason=reason, by=by)


async def request_discard(tx: Transaction, parked_id: int, *, reason: str, by: str) -> None:
    """Ask the consumer to give a message up. Raises ``NotFound`` or ``Conflict``."""
    await _ask(tx, parked_id, DISCARD, reason=reason, by=by)


async def _ask(tx: Transaction, parked_id: int, what: str, *, reason: str, by: str) -> None:
    asked = await tx.scalar(_ASK, {"id": parked_id, "what": what, "by": by, "reason": reason})
    if asked is not None:
        return
    row = (await tx.execute(_EXISTS, {"id": parked_id})).one_or_none()
    if row is None:
        raise NotFound("No parked message has this number")
    raise Conflict("This message is already settled, or somebody asked before you. Look at the list again")


@dataclass(frozen=True)
class Gap:
    """An aggregate of which a version is missing here: who owns it, and the last version in effect."""

    aggregate: str
    source: str
    version: int


async def gaps(tx: Transaction) -> list[Gap]:
    """The gaps that keep keys blocked, for their owners to publish again."""
    return [Gap(row.aggregate, row.source, row.version) for row in await tx.execute(_GAPS)]


async def any_asked(tx: Transaction) -> bool:
    """True when an operator asked for something that is not carried out yet."""
    return bool(await tx.scalar(_ANY_ASKED))


async def waiting(tx: Transaction) -> int:
    """How many messages are parked."""
    return await tx.scalar(text("SELECT count(*) FROM parked WHERE settled_at IS NULL")) or 0

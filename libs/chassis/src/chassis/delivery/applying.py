"""Applying a batch: fence, versions, effects and the next position in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prometheus_client import Counter
from sqlalchemy import text

from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery import effects, parking
from chassis.delivery.messages import Message, Record, Subscriptions, read
from contracts.problems import Problem

log = telemetry.logger(__name__)
applied_total = Counter("frontdoor_messages_applied", "Messages that took effect", ["topic"])
parked_total = Counter("frontdoor_messages_parked", "Messages parked", ["topic", "reason"])
repeated_total = Counter("frontdoor_messages_repeated", "Messages dropped because they had taken effect", ["topic"])

Partition = tuple[str, int]


class Fenced(Exception):
    """Another instance moved a position we thought was ours: nothing of this batch may take effect."""


class NeedsCare(Exception):
    """A message of the batch is wrong: do the batch again, each message behind a savepoint of its own."""


@dataclass(frozen=True)
class Batch:
    """Records in the order read, and for each partition where the batch begins and where reading goes on."""

    records: Sequence[Record]
    start: Mapping[Partition, int]
    end: Mapping[Partition, int]


@dataclass
class Sheet:
    """What is known while a batch is applied: versions in effect and why keys are blocked."""

    seen: dict[str, int]
    blocked: dict[bytes, parking.Block]
    careful: bool
    advanced: dict[str, int] = field(default_factory=dict)
    fresh: list[Message] = field(default_factory=list)
    wrong_in_a_row: int = 0

    def advance(self, message: Message) -> None:
        """Note that a message's version is in effect."""
        self.seen[message.envelope.subject] = message.envelope.sequence
        self.advanced[message.envelope.subject] = message.envelope.sequence


_FENCE: Final = text(
    """UPDATE position p SET next_offset = n.after
       FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]),
                   CAST(:before AS bigint[]), CAST(:after AS bigint[])) AS n(topic, partition, before, after)
       WHERE p.topic = n.topic AND p.partition = n.partition AND p.next_offset = n.before"""
)
_SEEN: Final = text("SELECT aggregate, version FROM applied WHERE aggregate = ANY(CAST(:aggregates AS text[]))")


async def apply(tx: Transaction, batch: Batch, subscriptions: Subscriptions, *, now: datetime, careful: bool) -> Sheet:
    """Let a batch take effect, exactly once, in ``tx``; the caller commits.

    - (1) The fence advances every position or raises ``Fenced``. Interleaving prevented: this instance is paused,
      another takes the partition over and applies these records, this one wakes up and would apply them again.
    - (2) Per aggregate, a version already in effect is dropped, the next one applied, a later one parked as a gap.
    - (3) Effects, the handlers' own events and the versions are written in the same transaction as the positions.

    With ``careful`` a wrong message is parked and its key blocked; without, it raises ``NeedsCare``.
    """
    await _fence(tx, batch)
    messages = [_read(record, subscriptions) for record in batch.records]
    sheet = await _sheet(tx, batch, messages, careful=careful)
    for record, message in zip(batch.records, messages, strict=True):
        await _take(tx, record, message, subscriptions, sheet, now)
    await _flush(tx, subscriptions, sheet, now)
    await effects.advance(tx, sheet.advanced)
    return sheet


async def _fence(tx: Transaction, batch: Batch) -> None:
    moved = await tx.execute(
        _FENCE,
        {
            "topics": [topic for topic, _ in batch.start],
            "partitions": [partition for _, partition in batch.start],
            "before": list(batch.start.values()),
            "after": [batch.end[partition] for partition in batch.start],
        },
    )
    if moved.rowcount != len(batch.start):
        raise Fenced


def _read(record: Record, subscriptions: Subscriptions) -> Message | Problem:
    try:
        return read(record, strict=subscriptions.every is None)
    except Problem as problem:
        return problem


async def _sheet(tx: Transaction, batch: Batch, messages: Sequence[Message | Problem], *, careful: bool) -> Sheet:
    aggregates = {message.envelope.subject for message in messages if isinstance(message, Message)}
    rows = await tx.execute(_SEEN, {"aggregates": list(aggregates)})
    seen: dict[str, int] = {row.aggregate: row.version for row in rows}
    blocked = await parking.blocks(tx, {record.key for record in batch.records})
    return Sheet(seen, blocked, careful)


async def _take(
    tx: Transaction,
    record: Record,
    message: Message | Problem,
    subscriptions: Subscriptions,
    sheet: Sheet,
    now: datetime,
) -> None:
    """One message: drop, apply or park."""
    if isinstance(message, Problem):
        await _wrong(tx, record, None, message, sheet, now)
        return
    expected = sheet.seen.get(message.envelope.subject, 0) + 1
    if message.envelope.sequence < expected:
        repeated_total.labels(record.topic).inc()
        return
    block = sheet.blocked.get(record.key)
    if message.envelope.sequence > expected:
        reason = parking.GAP if block is None else parking.BEHIND
        await _park(tx, record, message, reason, sheet, now)
    elif block is not None and not block.is_gap_of(message.envelope.subject):
        await _park(tx, record, message, parking.BEHIND, sheet, now)
    else:
        await _effect(tx, record, message, subscriptions, sheet, now)


async def _effect(
    tx: Transaction,
    record: Record,
    message: Message,
    subscriptions: Subscriptions,
    sheet: Sheet,
    now: datetime,
) -> None:
    try:
        async with effects.savepoint(tx, wanted=sheet.careful):
            await effects.handle(tx, message, subscriptions, sheet.fresh, now)
            if sheet.careful:
                await _flush(tx, subscriptions, sheet, now)
    except Problem as problem:
        await _wrong(tx, record, message, problem, sheet, now)
        return
    sheet.wrong_in_a_row = 0
    sheet.advance(message)
    applied_total.labels(record.topic).inc()
    if record.key in sheet.blocked:  # the missing version came: what waited behind it may follow now
        await _flush(tx, subscriptions, sheet, now)
        await effects.advance(tx, sheet.advanced)
        await parking.drain(tx, record.key, subscriptions, now=now)
        await _reread(tx, record.key, message, sheet)


async def _flush(tx: Transaction, subscriptions: Subscriptions, sheet: Sheet, now: datetime) -> None:
    """Hand the fresh messages to the batch handler: at the end, one by one with care, and before a drain.

    Order prevented: a drained message takes effect before the missing one that let it go.
    """
    if subscriptions.every is None or not sheet.fresh:
        return
    fresh, sheet.fresh = sheet.fresh, []
    try:
        await subscriptions.every(tx, fresh, now)
    except Problem as problem:
        if sheet.careful:
            raise
        raise NeedsCare from problem


async def _reread(tx: Transaction, key: bytes, message: Message, sheet: Sheet) -> None:
    """After a drain the database knows more than the sheet."""
    sheet.blocked.pop(key, None)
    sheet.blocked.update(await parking.blocks(tx, {key}))
    rows = await tx.execute(_SEEN, {"aggregates": list({*sheet.seen, message.envelope.subject})})
    for aggregate, version in rows:
        sheet.seen[aggregate] = max(version, sheet.seen.get(aggregate, 0))
        if aggregate in sheet.advanced:
            sheet.advanced[aggregate] = sheet.seen[aggregate]


async def _wrong(
    tx: Transaction, record: Record, message: Message | None, problem: Problem, sheet: Sheet, now: datetime
) -> None:
    if not sheet.careful:
        raise NeedsCare from problem
    sheet.wrong_in_a_row += 1
    await _park(tx, record, message, type(problem).__name__, sheet, now)


async def _park(
    tx: Transaction, record: Record, message: Message | None, reason: str, sheet: Sheet, now: datetime
) -> None:
    await parking.park(tx, record, message, reason=reason, now=now)
    aggregate = message.envelope.subject if message else None
    sheet.blocked.setdefault(record.key, parking.Block(reason, aggregate))
    parked_total.labels(record.topic, reason).inc()
    log.warning("message parked", topic=record.topic, partition=record.partition, offset=record.offset, reason=reason)

"""Applying a batch: fence, versions, effects and the next position in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NoReturn

from prometheus_client import Counter as Metric
from sqlalchemy import text

from chassis import telemetry
from chassis.db import DatabaseUnavailable, Transaction
from chassis.delivery import effects, failures, parking, versions
from chassis.delivery.failures import Failure, Suspect
from chassis.delivery.messages import Message, Record, Subscriptions, read
from chassis.delivery.parking import BEHIND, GAP, SHUT, Block, Why
from chassis.delivery.rounds import Rounds
from chassis.delivery.versions import Standing, Versions
from contracts.problems import Problem

log = telemetry.logger(__name__)
applied_total = Metric("frontdoor_messages_applied", "Messages that took effect", ["topic"])
parked_total = Metric("frontdoor_messages_parked", "Messages parked", ["topic", "reason"])
repeated_total = Metric("frontdoor_messages_repeated", "Messages dropped because they had taken effect", ["topic"])
unknown_total = Metric("frontdoor_messages_unknown", "Messages of a type that is not known, followed unread", ["topic"])

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
class BatchState:
    """What is known while a batch is applied, and in the end what became of it.

    ``wrong`` counts, by reason, what was wrong or failed since the last message that took effect.
    """

    tx: Transaction
    subscriptions: Subscriptions
    now: datetime
    careful: bool
    versions: Versions
    blocks: dict[bytes, Block]
    rounds: Rounds = field(default_factory=Rounds)
    wrong: Counter[str] = field(default_factory=Counter)
    had_effect: bool = False

    def block_of(self, record: Record) -> Block | None:
        """Why the record's key is blocked, if it is."""
        return self.blocks.get(record.key) if record.key is not None else None

    def shut(self, record: Record) -> None:
        """From now on the record's key lets nothing pass."""
        if record.key is not None:
            self.blocks[record.key] = SHUT

    def wait_for_gap(self, record: Record, message: Message) -> None:
        """From now on the record's key lets only what is missing before this message pass."""
        if record.key is not None:
            envelope = message.envelope
            self.blocks[record.key] = Block(shut=False, missing={envelope.subject: envelope.sequence})


_FENCE: Final = text(
    """UPDATE position p SET next_offset = n.after
       FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]),
                   CAST(:before AS bigint[]), CAST(:after AS bigint[])) AS n(topic, partition, before, after)
       WHERE p.topic = n.topic AND p.partition = n.partition AND p.next_offset = n.before"""
)

# MUST come after the fence: what somebody else did to these partitions until they were ours is seen only then.
_LOOK_UP: Final = text(
    f"""SELECT a.aggregate, a.version, a.unread, CAST(NULL AS bytea) AS key, CAST(NULL AS boolean) AS shut,
               CAST(NULL AS text[]) AS aggregates, CAST(NULL AS integer[]) AS versions
        FROM ({versions.APPLIED}) a
        UNION ALL
        SELECT NULL, NULL, NULL, b.key, b.shut, b.aggregates, b.versions FROM ({parking.BLOCKED}) b"""  # noqa: S608
)


async def apply(
    tx: Transaction, batch: Batch, subscriptions: Subscriptions, *, now: datetime, careful: bool
) -> BatchState:
    """Let a batch take effect, exactly once, in ``tx``; the caller commits.

    - (1) The fence advances every position or raises ``Fenced``. Interleaving prevented: this instance is paused,
      another takes the partition over and applies these records, this one wakes up and would apply them again.
    - (2) Per aggregate, a version already in effect is dropped, the next one applied, a later one parked as a gap.
    - (3) Effects, the handlers' own events and the versions are written in the same transaction as the positions.
      They are grouped as ``Rounds`` says, once it is known of every message what becomes of it.

    With ``careful`` each message is handled alone, and one that is wrong or on which our code fails is parked and its
    key blocked. Without, ``NeedsCare`` is raised for the first and ``Suspect`` for the second. What the database is to
    blame for is raised.
    """
    await _fence(tx, batch)
    messages = [_read(record) for record in batch.records]
    known, blocks = await _look_up(tx, batch, messages)
    state = BatchState(tx, subscriptions, now, careful, known, blocks)
    for record, message in zip(batch.records, messages, strict=True):
        await _apply_one(state, record, message)
    await _handle_collected(state)
    await known.store(tx)
    return state


async def hold(tx: Transaction, batch: Batch, failure: Failure, *, now: datetime) -> Counter[str]:
    """Let the position pass one record, which is kept as failing and handed to nobody.

    For a message that fails where no savepoint reaches, at COMMIT: done alone, it can be no other.
    """
    await _fence(tx, batch)
    (record,) = batch.records
    message = _read(record)
    why = Why.failing(failure, failures.pause_after(1))
    await parking.park(tx, record, message if isinstance(message, Message) else None, why=why, now=now)
    _report(record, why)
    return Counter({why.error_class: 1})


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


async def _look_up(
    tx: Transaction, batch: Batch, messages: Sequence[Message | Problem]
) -> tuple[Versions, dict[bytes, Block]]:
    """What is in effect of the batch's aggregates, and which of its keys are blocked.

    A record without a key neither blocks nor is blocked.
    """
    aggregates = {message.envelope.subject for message in messages if isinstance(message, Message)}
    keys = {record.key for record in batch.records if record.key is not None}
    rows = (await tx.execute(_LOOK_UP, {"aggregates": list(aggregates), "keys": list(keys)})).all()
    return (
        Versions.of([row for row in rows if row.aggregate is not None]),
        parking.blocks_of(row for row in rows if row.key is not None),
    )


def _read(record: Record) -> Message | Problem:
    try:
        return read(record)
    except Problem as problem:
        return problem


async def _apply_one(state: BatchState, record: Record, message: Message | Problem) -> None:
    """One message: drop, apply, follow or park."""
    if isinstance(message, Problem):
        await _wrong(state, record, None, problem=message)
        return
    block, envelope = state.block_of(record), message.envelope
    match state.versions.standing(message, handled=state.subscriptions.reads(envelope.type)):
        case Standing.REPEATED:
            repeated_total.labels(record.topic).inc()
        case Standing.UNREAD if not await versions.wanted(state.tx, envelope.type):
            repeated_total.labels(record.topic).inc()
        case Standing.EARLY:
            await _park(state, record, message, Why(GAP if block is None else BEHIND))
        case _ if block is not None and not block.lets_pass(envelope.subject):
            await _park(state, record, message, Why(BEHIND))
        case _:
            await _effect(state, record, message)


async def _effect(state: BatchState, record: Record, message: Message) -> None:
    try:
        if state.careful:
            async with state.tx.begin_nested():  # so that one that fails leaves nothing behind
                await effects.handle(state.tx, message, state.subscriptions, state.now)
        else:
            effects.collect(message, state.subscriptions, state.rounds)
    except Exception as error:
        await _failed(state, record, message, error=error)
        return
    state.wrong.clear()
    state.had_effect = True
    follow_or_apply(state.versions, message, state.subscriptions)
    applied_total.labels(record.topic).inc()
    block = state.block_of(record)
    if block is not None and block.is_closed_by(message.envelope.subject, message.envelope.sequence):
        await parking.make_due(state.tx, [record.key], now=state.now)
        state.shut(record)


def follow_or_apply(known: Versions, message: Message, subscriptions: Subscriptions) -> None:
    """Note what became of a message that was let through: it took effect, or nothing here handles its type."""
    if subscriptions.reads(message.envelope.type):
        known.apply(message)
        return
    known.follow(message)
    if message.envelope.type not in subscriptions.known:
        unknown_total.labels(message.topic).inc()


async def _handle_collected(state: BatchState) -> None:
    """Run the handlers of the whole batch; with care nothing is left to handle."""
    try:
        await effects.handle_all(state.tx, state.rounds, state.now)
    except Exception as error:
        _raise_for_the_batch(state, error)


async def _failed(state: BatchState, record: Record, message: Message, *, error: Exception) -> None:
    if not state.careful or state.tx.invalidated or failures.is_general(error):
        _raise_for_the_batch(state, error)
    if isinstance(error, Problem) and failures.is_wrong(error):
        await _wrong(state, record, message, problem=error)
        return
    why = Why.failing(failures.describe(error), failures.pause_after(1))
    state.wrong[why.error_class] += 1
    await _park(state, record, message, why)


def _raise_for_the_batch(state: BatchState, error: Exception) -> NoReturn:
    """Say what has to happen with the batch: the same again, the same again with care, or at first the same again."""
    if state.tx.invalidated:  # whatever was raised on top of it, the connection is gone
        raise DatabaseUnavailable from error
    if failures.is_general(error):
        raise error
    kind = NeedsCare if failures.is_wrong(error) else Suspect
    raise kind from error


async def _wrong(state: BatchState, record: Record, message: Message | None, *, problem: Problem) -> None:
    if not state.careful:
        raise NeedsCare from problem
    why = Why(failures.name_of(problem))
    state.wrong[why.error_class] += 1
    await _park(state, record, message, why)


async def _park(state: BatchState, record: Record, message: Message | None, why: Why) -> None:
    await parking.park(state.tx, record, message, why=why, now=state.now)
    _report(record, why)
    if why.error_class == BEHIND:
        return
    if why.error_class == GAP and message is not None:
        state.wait_for_gap(record, message)
        return
    block = state.block_of(record)
    if block is not None and message is not None and message.envelope.subject in block.missing:
        await parking.note_missing_came(state.tx, message.envelope.key, message.envelope.subject)
    state.shut(record)


def _report(record: Record, why: Why) -> None:
    parked_total.labels(record.topic, why.error_class).inc()
    where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    log.warning("message parked", reason=why.error_class, error_at=why.place, **where)

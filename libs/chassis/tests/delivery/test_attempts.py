"""A failure on one message stays as small as its cause: it holds the message's key, and heals by itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from delivery_examples import ONE, OTHER, OTHER_CASE, OTHER_ONE, REFERRAL, SUBJECT, THREE, TWO, query
from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery import effects, failures
from chassis.delivery.attempts import SUSPICIONS, Ended
from chassis.delivery.messages import Message, Subscriptions
from chassis.tasks import Stop
from chassis.testing.delivery import NOW, Reader, message
from contracts.problems import Unavailable
from contracts.topics import TRIAGE

# -- one message ------------------------------------------------------------------------------------------------------


class RefusesToBeSaid(Exception):
    """Looking at its text is a mistake."""

    def __str__(self) -> str:
        raise AssertionError("the text of an error was looked at")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Mrs Testerley"),
        KeyError("x"),
        OSError(),
        TimeoutError(),
        MemoryError(),
        RecursionError(),
        AssertionError(),
        Unavailable(),
        ExceptionGroup("several", [ValueError()]),
        RefusesToBeSaid(),
        SystemExit(1),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_failure_on_one_message_holds_its_key_and_nothing_else(reader: Reader, error: BaseException) -> None:
    reader.broken = {(SUBJECT, 2): error}

    ended = await reader.apply(ONE, TWO, THREE, OTHER_ONE)

    assert ended is Ended.APPLIED
    assert await reader.effects() == [(SUBJECT, 1), (OTHER, 1)]
    assert await reader.parked() == [(2, type(error).__name__), (3, "behind")]


async def test_what_is_held_says_where_and_when_and_not_what_was_said(reader: Reader, db: Database) -> None:
    reader.broken = {(SUBJECT, 1): ValueError("Mrs Testerley")}

    await reader.apply(ONE)

    ((place, attempts_made, next_try_at, whole),) = await query(
        db, "SELECT place, attempts, next_try_at, parked::text FROM parked"
    )
    assert str(place).startswith("chassis.testing.delivery:_handle:")
    assert (attempts_made, next_try_at) == (1, NOW + failures.FIRST_PAUSE)
    assert "Testerley" not in str(whole)


async def test_a_batch_fails_twice_before_the_message_is_looked_for(reader: Reader) -> None:
    calls = []

    async def shaky(tx: Transaction, message_: Message, now: datetime) -> None:
        calls.append(message_.envelope.subject)
        if len(calls) < SUSPICIONS:
            raise ValueError

    reader.attempts._subscriptions = Subscriptions((TRIAGE,), dict.fromkeys(reader.subscriptions.handlers, shaky))

    await reader.apply(ONE, OTHER_ONE)

    assert calls == [SUBJECT, SUBJECT, OTHER]
    assert await reader.parked() == []


async def test_the_database_refusing_one_row_is_of_one_message(reader: Reader) -> None:
    async def refused(tx: Transaction, message_: Message, now: datetime) -> None:
        if message_.envelope.subject == SUBJECT:
            await tx.execute(text("INSERT INTO effect (version) VALUES (2147483648)"))
        await tx.execute(text("INSERT INTO effect (aggregate, version) VALUES ('other', 1)"))

    reader.attempts._subscriptions = Subscriptions((TRIAGE,), dict.fromkeys(reader.subscriptions.handlers, refused))

    await reader.attempts.apply(reader.batch(ONE, TWO, OTHER_ONE), Stop())

    assert await reader.effects() == [("other", 1)]
    assert await reader.parked() == [(1, "NumericValueOutOfRangeError"), (2, "behind")]


async def test_it_is_tried_again_with_a_growing_pause_and_heals_by_itself(reader: Reader, db: Database) -> None:
    reader.broken = {(SUBJECT, 1): ValueError()}
    await reader.apply(ONE, TWO)
    pauses = []

    for _ in range(15):
        ((next_try_at,),) = await query(db, "SELECT next_try_at FROM parked WHERE version = 1")
        assert isinstance(next_try_at, datetime)
        pauses.append((next_try_at - reader.clock.now()).total_seconds())
        reader.clock.set(next_try_at - timedelta(seconds=1))
        await reader.resolve()
        assert await query(db, "SELECT next_try_at FROM parked WHERE version = 1") == [(next_try_at,)]
        reader.clock.set(next_try_at)
        await reader.resolve()
    reader.broken = {}
    reader.clock.advance(failures.LONGEST_PAUSE)
    await reader.resolve()

    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[-1] == 3600
    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]
    assert await reader.parked() == []


async def test_tries_beyond_what_the_column_counts_are_still_tries(reader: Reader, db: Database) -> None:
    reader.broken = {(SUBJECT, 1): ValueError()}
    await reader.apply(ONE)
    await query(db, "UPDATE parked SET attempts = 32767 RETURNING 1")

    reader.clock.advance(timedelta(seconds=5))
    await reader.resolve()

    assert await query(db, "SELECT attempts FROM parked") == [(32767,)]


async def test_while_a_key_is_held_what_arrives_waits_and_follows_in_order(reader: Reader) -> None:
    reader.broken = {(SUBJECT, 1): ValueError()}
    await reader.apply(ONE)
    await reader.apply(TWO, message(OTHER_CASE, 1, referral_id=REFERRAL))
    await reader.apply(THREE)

    reader.broken = {}
    reader.clock.advance(timedelta(seconds=5))
    await reader.resolve()

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2), (OTHER, 1), (SUBJECT, 3)]


async def test_a_message_that_turns_out_wrong_on_another_try_waits_for_an_operator(reader: Reader) -> None:
    reader.broken = {(SUBJECT, 1): ValueError()}
    await reader.apply(ONE)

    reader.broken, reader.wrong = {}, {(SUBJECT, 1)}
    reader.clock.advance(timedelta(seconds=5))
    await reader.resolve()
    reader.clock.advance(timedelta(days=1))
    await reader.resolve()

    assert await reader.parked() == [(1, "Wrong")]


async def test_a_handler_that_hangs_is_of_one_message(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "HANDLER_SECONDS", 0.2)

    async def hangs(tx: Transaction, message_: Message, now: datetime) -> None:
        if message_.envelope.subject == SUBJECT:
            await asyncio.Event().wait()

    reader.attempts._subscriptions = Subscriptions((TRIAGE,), dict.fromkeys(reader.subscriptions.handlers, hangs))

    await reader.attempts.apply(reader.batch(ONE, OTHER_ONE), Stop())

    assert await reader.parked() == [(1, "TimeoutError")]


async def test_being_cancelled_ourselves_is_nobodys_failure(reader: Reader) -> None:
    entered = asyncio.Event()

    async def slow(tx: Transaction, message_: Message, now: datetime) -> None:
        entered.set()
        await asyncio.Event().wait()

    reader.attempts._subscriptions = Subscriptions((TRIAGE,), dict.fromkeys(reader.subscriptions.handlers, slow))
    applying = asyncio.create_task(reader.attempts.apply(reader.batch(ONE), Stop()))
    await entered.wait()

    applying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await applying
    assert await reader.parked() == []


# -- batch handlers ---------------------------------------------------------------------------------------------------


@dataclass
class BatchReader(Reader):
    """Reads as the log does: every message goes to a handler of whole batches."""

    sizes: list[int] = field(default_factory=list)

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions((TRIAGE,), every=self._every)

    async def _every(self, tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
        self.sizes.append(len(messages))
        for each in messages:
            await self._handle(tx, each, now)


async def test_a_batch_handler_that_fails_on_one_message_holds_that_one(reader: Reader, db: Database) -> None:
    batches = BatchReader(db, broken={(SUBJECT, 2): ValueError()})

    await batches.apply(ONE, OTHER_ONE, TWO, THREE)

    assert await batches.effects() == [(SUBJECT, 1), (OTHER, 1)]
    assert await batches.parked() == [(2, "ValueError"), (3, "behind")]
    assert batches.sizes == [4, 4, 1, 1, 1]

"""Failures stay as small as their cause: the database's stop everything, a message's own stop its key alone."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from chassis.db import Database, DatabaseUnavailable, Transaction
from chassis.delivery import effects, failures
from chassis.delivery.applying import apply
from chassis.delivery.attempts import SUSPICIONS, Ended
from chassis.delivery.messages import Message, Subscriptions
from chassis.run.provision import DatabaseUrls
from chassis.tasks import Stop
from chassis.testing.delivery import NOW, Reader, message
from contracts.problems import Unavailable
from contracts.topics import TRIAGE

CASE, REFERRAL = uuid.UUID(int=1), uuid.UUID(int=2)
OTHER_CASE, OTHER_REFERRAL = uuid.UUID(int=3), uuid.UUID(int=4)
SUBJECT, OTHER = f"case/{CASE}", f"case/{OTHER_CASE}"
ONE, TWO, THREE = (message(CASE, version, referral_id=REFERRAL) for version in (1, 2, 3))
OTHER_ONE = message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL)


async def rows(db: Database, query: str) -> list[tuple[object, ...]]:
    async with db.transaction() as tx:
        return [tuple(row) for row in await tx.execute(text(query))]


# -- one message ----------------------------------------------------------------------------------------------------


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

    ((place, attempts_made, next_try_at, whole),) = await rows(
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
        ((next_try_at,),) = await rows(db, "SELECT next_try_at FROM parked WHERE version = 1")
        assert isinstance(next_try_at, datetime)
        pauses.append((next_try_at - reader.clock.now()).total_seconds())
        reader.clock.set(next_try_at - timedelta(seconds=1))
        await reader.resolve()
        assert await rows(db, "SELECT next_try_at FROM parked WHERE version = 1") == [(next_try_at,)]
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
    await rows(db, "UPDATE parked SET attempts = 32767 RETURNING 1")

    reader.clock.advance(timedelta(seconds=5))
    await reader.resolve()

    assert await rows(db, "SELECT attempts FROM parked") == [(32767,)]


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


# -- batch handlers -------------------------------------------------------------------------------------------------


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


# -- at COMMIT ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def refusing_at_commit(reader: Reader, urls: DatabaseUrls) -> AsyncIterator[Callable[[bool], Awaitable[None]]]:
    """The database refuses an effect of version 2 of the first case, but only when it is asked to COMMIT."""
    owner = Database.connect(urls.owner_url, pool_size=1)

    async def refuse(refuses: bool) -> None:
        async with owner.transaction() as tx:
            await tx.execute(text("DROP TRIGGER IF EXISTS late ON effect"))
            if refuses:
                await tx.execute(text(_TRIGGER_FUNCTION.replace("SUBJECT", SUBJECT)))
                await tx.execute(text(_TRIGGER))

    await refuse(True)
    yield refuse
    await refuse(False)
    await owner.close()


_TRIGGER_FUNCTION = """CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.aggregate = 'SUBJECT' AND NEW.version = 2 THEN RAISE unique_violation; END IF; RETURN NULL; END $$"""
_TRIGGER = """CREATE CONSTRAINT TRIGGER late AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse()"""


async def test_a_message_that_the_database_refuses_at_commit_is_found_and_held(
    reader: Reader, refusing_at_commit: Callable[[bool], Awaitable[None]]
) -> None:
    await reader.apply(ONE, OTHER_ONE, TWO, THREE, message(OTHER_CASE, 2, referral_id=OTHER_REFERRAL))

    assert await reader.effects() == [(SUBJECT, 1), (OTHER, 1), (OTHER, 2)]
    assert await reader.parked() == [(2, "UniqueViolationError"), (3, "behind")]


async def test_refused_at_commit_again_it_waits_longer_and_what_is_before_it_does_not(
    reader: Reader, db: Database, refusing_at_commit: Callable[[bool], Awaitable[None]]
) -> None:
    reader.broken = {(SUBJECT, 1): ValueError()}
    await reader.apply(ONE, TWO, THREE)

    reader.broken = {}
    reader.clock.advance(timedelta(seconds=5))
    await reader.resolve()
    held = await rows(db, "SELECT version, error_class, attempts FROM parked WHERE settled_at IS NULL ORDER BY version")
    applied = await reader.effects()
    await refusing_at_commit(False)
    reader.clock.advance(timedelta(seconds=20))
    await reader.resolve()

    assert applied == [(SUBJECT, 1)]
    assert held == [(2, "UniqueViolationError", 2), (3, "behind", 1)]
    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2), (SUBJECT, 3)]


# -- the database ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "53100", "53200", "57014", "58030", "25006"])
async def test_what_the_database_is_to_blame_for_is_tried_again_in_order_and_holds_nothing(
    reader: Reader, sqlstate: str
) -> None:
    failed: list[int] = []

    async def busy(tx: Transaction, message_: Message, now: datetime) -> None:
        if message_.envelope.sequence == 2 and len(failed) < 12:
            failed.append(1)
            await tx.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{sqlstate}'; END $$"))
        await reader._handle(tx, message_, now)

    reader.attempts._subscriptions = Subscriptions((TRIAGE,), dict.fromkeys(reader.subscriptions.handlers, busy))

    await reader.apply(ONE, TWO, OTHER_ONE, THREE)

    assert await reader.effects() == [(SUBJECT, 1), (OTHER, 1), (SUBJECT, 2), (SUBJECT, 3)]
    assert await reader.parked() == []
    assert reader.waited == [0.05, 0.2, 0.5, 1.0, 2.0, *[5.0] * 7]


async def test_a_database_that_is_cut_off_amid_a_batch_is_no_messages_fault(reader: Reader, db: Database) -> None:
    cut: list[int] = []

    async def cuts(tx: Transaction, message_: Message, now: datetime) -> None:
        if len(cut) < 5:
            cut.append(1)
            await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        await reader._handle(tx, message_, now)

    reader.attempts._subscriptions = Subscriptions((TRIAGE,), dict.fromkeys(reader.subscriptions.handlers, cuts))

    await reader.apply(ONE, TWO)

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]
    assert await reader.parked() == []


async def test_an_error_that_nobody_knows_is_the_databases_while_it_does_not_answer(
    reader: Reader, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.broken = {(SUBJECT, 1): ValueError()}
    pings: list[int] = []

    async def dying() -> None:
        pings.append(1)
        if len(pings) == 5:
            reader.broken = {}
        raise OSError

    monkeypatch.setattr(db, "ping", dying)

    await reader.apply(ONE, TWO)

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]
    assert await reader.parked() == []
    assert len(reader.waited) == 5


async def test_a_database_that_is_away_stops_no_one_for_good(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    async def away(*arguments: object, **named: object) -> object:
        tries.append(1)
        if len(tries) <= 100:
            raise DatabaseUnavailable
        return await apply(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("chassis.delivery.attempts.apply", away)

    assert await reader.apply(ONE) is Ended.APPLIED
    assert len(reader.waited) == 100


async def test_asked_to_stop_nothing_is_tried_any_more(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()

    async def away(*_: object, **__: object) -> object:
        stop.set()
        raise DatabaseUnavailable

    monkeypatch.setattr("chassis.delivery.attempts.apply", away)

    assert await reader.attempts.apply(reader.batch(ONE), stop) is Ended.STOPPED

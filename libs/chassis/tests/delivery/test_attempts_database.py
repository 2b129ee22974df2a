"""What the database refuses at COMMIT is of one message; what it is to blame for is tried again and holds nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from delivery_examples import ONE, OTHER, OTHER_CASE, OTHER_ONE, OTHER_REFERRAL, SUBJECT, THREE, TWO, query
from sqlalchemy import text

from chassis.db import Database, DatabaseUnavailable, Transaction
from chassis.delivery.applying import apply
from chassis.delivery.attempts import Ended
from chassis.delivery.messages import Message, Subscriptions
from chassis.run.provision import DatabaseUrls
from chassis.tasks import Stop
from chassis.testing.delivery import Reader, message
from contracts.topics import TRIAGE

# -- at COMMIT --------------------------------------------------------------------------------------------------------


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
    held = await query(
        db, "SELECT version, error_class, attempts FROM parked WHERE settled_at IS NULL ORDER BY version"
    )
    applied = await reader.effects()
    await refusing_at_commit(False)
    reader.clock.advance(timedelta(seconds=20))
    await reader.resolve()

    assert applied == [(SUBJECT, 1)]
    assert held == [(2, "UniqueViolationError", 2), (3, "behind", 1)]
    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2), (SUBJECT, 3)]


# -- the database -----------------------------------------------------------------------------------------------------


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

"""Recording: versions without gaps, ids in the order of commits, no matter who else writes."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from chassis.db import Database, Transaction
from chassis.delivery.events import FIRST_EVENTS, Context, first_event_parameters, record
from chassis.ids import RandomIds
from chassis.tasks import Stop
from chassis.waking import RELAY, Wakeups
from contracts.codes import ClosureReason
from contracts.events import CaseClosed

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BOUND_SECONDS = 20
CONTEXT = Context(source="triage", partnership="wandsworth", now=NOW)


def closed(case_id: uuid.UUID) -> CaseClosed:
    return CaseClosed(case_id=case_id, referral_id=case_id, reason=ClosureReason.DECIDED, closed_at=NOW)


async def record_first(tx: Transaction, *events: CaseClosed) -> None:
    made = text(f"WITH recorded AS ({FIRST_EVENTS}) SELECT 1")
    await tx.execute(made, first_event_parameters([(event, CONTEXT) for event in events]))


async def test_versions_of_an_aggregate_start_at_one_and_have_no_gap(db: Database) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()

    async with db.transaction() as tx:
        one = await record(tx, [closed(first), closed(second), closed(first)], context=CONTEXT)
    async with db.transaction() as tx:
        two = await record(tx, [closed(first)], context=CONTEXT)

    assert one == {f"case/{first}": 2, f"case/{second}": 1}
    assert two == {f"case/{first}": 3}


async def test_recording_nothing_writes_nothing(db: Database) -> None:
    async with db.transaction() as tx:
        assert await record(tx, [], context=CONTEXT) == {}


async def test_a_first_event_is_what_recording_it_makes(db: Database) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()

    async with db.transaction() as tx:
        await record_first(tx, closed(first))
        await record(tx, [closed(second)], context=CONTEXT)

    async with db.transaction() as tx:
        one, two = await tx.execute(text("SELECT * FROM event ORDER BY id"))
        assert (one.aggregate, two.aggregate) == (f"case/{first}", f"case/{second}")
        assert (one.version, one.topic, one.recorded_at) == (two.version, two.topic, two.recorded_at)
        assert one.headers | {"ce_correlationid": ""} == two.headers | {"ce_correlationid": ""}
        assert await record(tx, [closed(first)], context=CONTEXT) == {f"case/{first}": 2}


async def test_a_first_event_wakes_the_relay(db: Database) -> None:
    wakeups, stop = Wakeups(db, RandomIds()), Stop()
    hint = wakeups.hint(RELAY)
    listening = asyncio.create_task(wakeups.run(stop))
    assert await hint.wait(stop, BOUND_SECONDS)  # that it listens

    async with db.transaction() as tx:
        await record_first(tx, closed(uuid.uuid4()))

    assert await hint.wait(stop, BOUND_SECONDS)
    stop.set()
    await listening


async def test_an_aggregate_that_has_events_gets_no_first_one(db: Database) -> None:
    case_id = uuid.uuid4()
    async with db.transaction() as tx:
        await record(tx, [closed(case_id)], context=CONTEXT)

    with pytest.raises(IntegrityError):
        async with db.transaction() as tx:
            await record_first(tx, closed(uuid.uuid4()), closed(case_id))

    async with db.transaction() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM event")) == 1


async def test_an_event_is_gone_when_its_transaction_fails(db: Database) -> None:
    case_id = uuid.uuid4()

    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            await record(tx, [closed(case_id)], context=CONTEXT)
            raise RuntimeError

    async with db.transaction() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM event")) == 0


async def test_concurrent_writers_of_one_aggregate_commit_in_the_order_of_their_ids(db: Database) -> None:
    case_id = uuid.uuid4()
    committing: list[int] = []

    async def write(pause: float) -> None:
        async with db.transaction() as tx:
            versions = await record(tx, [closed(case_id)], context=CONTEXT)
            await asyncio.sleep(pause)
            committing.append(versions[f"case/{case_id}"])  # who waits for the answer may hear of two in another order

    await asyncio.gather(*(write(0.01 * (nth % 4)) for nth in range(24)))

    async with db.transaction() as tx:
        rows = (await tx.execute(text("SELECT version FROM event ORDER BY id"))).scalars().all()
    assert list(rows) == list(range(1, 25))
    assert committing == sorted(committing)


async def test_writers_with_the_same_aggregates_in_other_orders_do_not_deadlock(db: Database) -> None:
    cases = [uuid.uuid4() for _ in range(6)]

    async def write(nth: int) -> None:
        async with db.transaction() as tx:
            order = cases[nth % 6 :] + cases[: nth % 6]
            await record(tx, [closed(case_id) for case_id in order], context=CONTEXT)

    await asyncio.gather(*(write(nth) for nth in range(18)))

    async with db.transaction() as tx:
        per_case = await tx.execute(text("SELECT count(*), max(version) FROM event GROUP BY aggregate"))
        assert [tuple(row) for row in per_case] == [(18, 18)] * 6


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM event", "UPDATE event SET data = ''", "UPDATE event SET version = 9", "TRUNCATE event"],
)
async def test_the_serving_role_cannot_rewrite_history(db: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with db.transaction() as tx:
            await tx.execute(text(statement))

"""What came of many attempts is recorded together, in a few statements, and nobody pays for a neighbour."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from notify_examples import NOW, case_opened, information_requested
from notify_world import (
    ALL_PACKS,
    Script,
    all_notices,
    deliverer,
    deliveries,
    escalator,
    events_of,
    read,
    set_endpoint,
)
from sqlalchemy import text

from agency_notify.deliver import Deliverer
from agency_notify.escalation.worker import Escalator
from agency_notify.handlers import delivering
from agency_notify.handlers.delivering import Attempted, record_attempts
from agency_notify.model import Delivery, Receipt
from agency_notify.store import deliveries as store
from agency_notify.store.deliveries import Claim
from chassis.db import Database, DatabaseUnavailable, Transaction
from chassis.ids import RandomIds
from chassis.tasks import Hint, Stop
from chassis.testing.clock import SettableClock
from chassis.testing.statements import counted
from chassis.waking import LOOK_SECONDS, Wakeups
from contracts.codes import Channel, DeliveryFailure, WithheldReason
from contracts.events import NoticeDelivered, NoticeEscalated

TAKEN, BROKEN = Receipt(status=200), Receipt(DeliveryFailure.SERVER_ERROR, 500)
WITHHELD = Receipt(withheld=WithheldReason.SUPERSEDED)
GONE = Receipt(DeliveryFailure.GONE, 410, final=True)
BOUND_SECONDS = 20


async def claimed(db: Database, count: int) -> Sequence[Delivery]:
    """So many notices, each about to be sent."""
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested(request_id=uuid4()) for _ in range(count)])
    async with db.transaction() as tx:
        found = await store.claim(tx, Claim(uuid4(), timedelta(minutes=1), count, count), now=NOW)
    assert len(found) == count
    return found


@pytest.mark.parametrize("receipt", [TAKEN, BROKEN, GONE])
async def test_recording_takes_the_same_few_statements_however_many_attempts_there_were(
    db: Database, receipt: Receipt
) -> None:
    found = await claimed(db, 60)
    counts = []
    for some in (found[:1], found[1:]):
        with counted(db) as seen:
            async with db.transaction() as tx:
                states = await record_attempts(
                    tx, [Attempted(each, receipt) for each in some], packs=ALL_PACKS, now=NOW, wait=False
                )
        assert len(states) == len(some)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 9


async def test_one_batch_says_of_an_endpoint_what_its_attempts_said_one_after_the_other(db: Database) -> None:
    found = await claimed(db, 8)
    wait = Receipt(DeliveryFailure.TOO_MANY_REQUESTS, 429, 90.0)
    batches = [
        ([BROKEN, BROKEN], (2, None)),
        ([TAKEN, wait], (1, NOW + timedelta(seconds=90))),
        ([WITHHELD, WITHHELD], (1, NOW + timedelta(seconds=90))),  # nothing was tried, so nothing is known
        ([BROKEN, TAKEN], (0, None)),
    ]

    for receipts, expected in batches:
        some, found = found[: len(receipts)], found[len(receipts) :]
        async with db.transaction() as tx:
            attempted = [Attempted(each, receipt) for each, receipt in zip(some, receipts, strict=True)]
            await record_attempts(tx, attempted, packs=ALL_PACKS, now=NOW, wait=False)
            (row,) = (await tx.execute(text("SELECT failures, not_before FROM endpoint"))).all()
        assert tuple(row) == expected


async def test_both_channels_of_a_notice_that_fail_in_one_batch_alarm_people_once(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await set_endpoint(db, channel=Channel.EMAIL, address="duty@police.example.org", signing=None)
    await read(db, case_opened(), information_requested())

    assert await deliverer(db, clock, Script([GONE])).deliver_due() == 2
    await escalator(db, clock).escalate_due()

    assert [row.state for row in await deliveries(db)] == ["failed", "failed"]
    assert len([each for each in await events_of(db) if isinstance(each, NoticeEscalated)]) == 1


async def test_one_that_cannot_be_recorded_fails_alone_and_its_neighbours_are_recorded(
    db: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested(request_id=uuid4()) for _ in range(5)])
    poisoned, real = (await all_notices(db))[2].notice_id, delivering.record_attempts

    async def record(tx: Transaction, attempted: Sequence[Attempted], **given: Any) -> Any:
        written = await real(tx, attempted, **given)
        if any(each.delivery.notice.notice_id == poisoned for each in attempted):
            raise ValueError("this one cannot be recorded")
        return written

    monkeypatch.setattr(delivering, "record_attempts", record)

    with pytest.raises(ValueError, match="cannot be recorded"):
        await deliverer(db, clock, Script(), per_endpoint=5).deliver_due()
    await all_recorded(db, 4)

    rows = {row.notice_id: row.state for row in await deliveries(db)}
    assert rows.pop(poisoned) == "pending"
    assert set(rows.values()) == {"delivered"}
    delivered = [each.notice_id for each in await events_of(db) if isinstance(each, NoticeDelivered)]
    assert Counter(delivered) == Counter(rows.keys())


async def test_a_notice_that_somebody_else_holds_keeps_no_other_waiting(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested(request_id=uuid4()) for _ in range(5)])
    held = (await all_notices(db))[0].notice_id

    async with db.transaction() as tx:
        await tx.execute(text("SELECT FROM notice WHERE notice_id = :id FOR UPDATE"), {"id": held})
        round_ = asyncio.create_task(deliverer(db, clock, Script(), per_endpoint=5).deliver_due())
        await all_recorded(db, 4)
        assert not round_.done()
    assert await round_ == 5

    assert {row.state for row in await deliveries(db)} == {"delivered"}


async def test_a_database_that_dies_while_a_batch_is_recorded_loses_nothing(
    db: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested(request_id=uuid4()) for _ in range(3)])

    async def dies(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "record_attempts", dies)
        assert await deliverer(db, clock, Script()).deliver_due() == 3
    clock.advance(timedelta(minutes=5))
    assert await deliverer(db, clock, Script()).deliver_due() == 3

    assert {(row.state, row.attempts) for row in await deliveries(db)} == {("delivered", 2)}


async def test_a_slow_agency_keeps_its_own_places_and_the_others_go_on_at_full_speed(
    db: Database, clock: SettableClock
) -> None:
    slow, quick = await two_agencies(db, each=40)
    sender = SlowFor(slow)

    async with running(deliverer(db, clock, sender)):
        await until(lambda: sender.taken[quick] == 40)
        assert sender.waiting == 4
        sender.go_on.set()
        await until(lambda: sender.taken[slow] == 40)

    assert sender.most_waiting == 4


async def test_a_push_made_by_another_process_leaves_at_once(db: Database, clock: SettableClock) -> None:
    wakeups, sender, stop = Wakeups(db, RandomIds()), Script(), Stop()
    delivering_ = deliverer(db, clock, sender, hint=wakeups.hint(store.DELIVERER))
    await set_endpoint(db)
    await read(db, case_opened())
    listening = asyncio.create_task(wakeups.run(stop))

    async with running(delivering_):
        await read(db, information_requested())
        await sent(sender, 1, BOUND_SECONDS)  # it listens
        await read(db, information_requested(request_id=uuid4()))
        await sent(sender, 2, LOOK_SECONDS / 5)
    stop.set()
    await listening


async def test_a_push_that_nobody_gave_a_hint_of_leaves_when_the_deliverer_looks(
    db: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agency_notify.deliver.LOOK_SECONDS", 0.2)
    sender = Script()
    await set_endpoint(db)
    await read(db, case_opened())

    async with running(deliverer(db, clock, sender, hint=Hint())):
        await asyncio.sleep(0.1)
        await read(db, information_requested())
        await sent(sender, 1, BOUND_SECONDS)


async def test_what_is_due_next_is_a_retry_a_pause_or_a_lease_that_runs_out(db: Database, clock: SettableClock) -> None:
    async def next_at() -> Any:
        async with db.transaction() as tx:
            return await store.find_next(tx, now=clock.now())

    assert await next_at() is None
    found = await claimed(db, 2)
    assert await next_at() == NOW + timedelta(minutes=1)  # the lease

    wait = Receipt(DeliveryFailure.TOO_MANY_REQUESTS, 429, 90.0)
    async with db.transaction() as tx:
        await record_attempts(tx, [Attempted(each, wait) for each in found], packs=ALL_PACKS, now=NOW, wait=False)
    assert await next_at() == NOW + timedelta(seconds=90)
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE delivery SET next_attempt_at = :at"), {"at": NOW - timedelta(hours=1)})
    assert await next_at() == NOW + timedelta(seconds=90)  # overdue, and still held back
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE endpoint SET not_before = NULL"))
    assert await next_at() is None  # due now: anyone who gives back a place says so


async def two_agencies(db: Database, *, each: int) -> tuple[UUID, UUID]:
    slow = await set_endpoint(db, address="https://slow.example.org")
    quick = await set_endpoint(db, agency="wandsworth-macpt", address="https://quick.example.org")
    await read(db, case_opened())
    async with db.transaction() as tx:
        await tx.execute(text(_MANY), {"count": each, "slow": slow.endpoint_id, "quick": quick.endpoint_id})
    return slow.endpoint_id, quick.endpoint_id


_MANY = """
    WITH made AS (
        INSERT INTO notice (notice_id, caused_by, partnership, agency, kind, referral_id, reference, about_id, urgent,
                            queued_at)
        SELECT gen_random_uuid(), gen_random_uuid(), e.partnership, e.agency, 'information-requested', referral_id,
               reference, gen_random_uuid(), false, '2026-11-20T00:00Z'
        FROM referral, endpoint e, generate_series(1, :count)
        WHERE e.endpoint_id IN (CAST(:slow AS uuid), CAST(:quick AS uuid)) RETURNING notice_id, agency
    )
    INSERT INTO delivery (delivery_id, notice_id, endpoint_id, next_attempt_at)
    SELECT gen_random_uuid(), notice_id, endpoint_id, '2026-11-20T00:00Z' FROM made JOIN endpoint USING (agency)
"""


class SlowFor:
    """A sender that waits for one endpoint and is quick for the others."""

    def __init__(self, slow: UUID) -> None:
        self.slow = slow
        self.taken: Counter[UUID] = Counter()
        self.waiting = self.most_waiting = 0
        self.go_on = asyncio.Event()

    async def send(self, delivery: Delivery, *, now: Any) -> Receipt:
        endpoint_id = delivery.endpoint.endpoint_id
        if endpoint_id == self.slow:
            self.waiting += 1
            self.most_waiting = max(self.waiting, self.most_waiting)
            await self.go_on.wait()
            self.waiting -= 1
        self.taken[endpoint_id] += 1
        return TAKEN


@asynccontextmanager
async def running(each: Deliverer) -> AsyncIterator[None]:
    stop = Stop()
    task = asyncio.create_task(each.run(stop))
    yield
    stop.set()
    await asyncio.wait_for(task, BOUND_SECONDS)


async def sent(sender: Script, count: int, seconds: float) -> None:
    await until(lambda: len(sender.sent) >= count, seconds)


async def until(holds: Callable[[], bool], seconds: float = BOUND_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  # a sender that is asked says nothing to us
            await asyncio.sleep(0.005)


async def all_recorded(db: Database, count: int) -> None:
    """Wait until so many pushes are known to be delivered."""
    async with asyncio.timeout(BOUND_SECONDS):
        while sum(row.state == "delivered" for row in await deliveries(db)) < count:  # noqa: ASYNC110  # as a database
            await asyncio.sleep(0.01)


async def test_at_rest_deliverer_and_escalator_look_once_and_wait(db: Database, clock: SettableClock) -> None:
    stop = Stop()
    one = deliverer(db, clock, Script(), hint=Hint())
    other = Escalator(db, ALL_PACKS, clock, RandomIds(), hint=Hint())

    with counted(db) as seen:
        loops = [asyncio.create_task(each.run(stop)) for each in (one, other)]
        await asyncio.sleep(LOOK_SECONDS / 4)
        at_rest = len(seen)
        stop.set()
        await asyncio.gather(*loops)

    assert at_rest < 15

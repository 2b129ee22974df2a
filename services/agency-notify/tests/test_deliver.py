"""The deliverer: leases, retries, and what the others hear of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from notify_examples import NOW, case_opened, information_requested
from notify_receivers import answer, receiver
from notify_world import BROKEN, SIGNER, Script, deliverer, deliveries, escalator, events_of, queue, read, set_endpoint
from sqlalchemy import text

from agency_notify.addresses import SystemResolver
from agency_notify.channels import WebhookSender
from agency_notify.deliver import LEASE
from agency_notify.model import Delivery, Receipt, Signing
from chassis.db import Database
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from contracts.codes import Channel, DeliveryFailure
from contracts.events import NoticeDelivered, NoticeQueued


async def attempts(db: Database) -> list[Any]:
    async with db.transaction() as tx:
        return list(await tx.execute(text("SELECT * FROM attempt ORDER BY started_at, number")))


async def test_what_the_receiver_accepted_is_delivered_and_recorded_in_the_same_transaction(
    db: Database, clock: SettableClock
) -> None:
    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    sender = Script()

    assert await deliverer(db, clock, sender).deliver_due() == 1
    assert await deliverer(db, clock, sender).deliver_due() == 0

    (row,) = await deliveries(db)
    (attempt,) = await attempts(db)
    assert (row.state, row.attempts, row.lease) == ("delivered", 1, None)
    assert (attempt.status, attempt.failure, attempt.finished_at) == (200, None, NOW)
    delivered = (await events_of(db))[-1]
    assert isinstance(delivered, NoticeDelivered)
    assert delivered.channel is Channel.WEBHOOK


async def test_a_failed_attempt_is_repeated_with_the_same_id_until_it_is_accepted(
    db: Database, clock: SettableClock
) -> None:
    notice = await queue(db, information_requested(), channel=Channel.WEBHOOK)
    sender = Script([BROKEN, Receipt(DeliveryFailure.TIMED_OUT), Receipt(status=204)])
    delivering = deliverer(db, clock, sender)

    for _ in range(3):
        await delivering.deliver_due()
        assert await delivering.deliver_due() == 0  # not before its time
        clock.advance(timedelta(minutes=2))

    assert sender.ids == [notice.notice_id] * 3
    delivered = (await events_of(db))[-1]
    assert isinstance(delivered, NoticeDelivered)
    assert delivered.attempts == 3
    assert [row.failure for row in await attempts(db)] == ["server-error", "timed-out", None]


async def test_a_killed_deliverers_row_is_claimed_again_when_its_lease_has_run_out(
    db: Database, clock: SettableClock
) -> None:
    notice = await queue(db, information_requested(), channel=Channel.WEBHOOK)
    first = deliverer(db, clock, Stuck())
    killed = asyncio.create_task(first.deliver_due())
    await first.senders[Channel.WEBHOOK].begun.wait()  # type: ignore[attr-defined]
    killed.cancel()
    await asyncio.wait({killed})

    sender = Script()
    second = deliverer(db, clock, sender)
    assert await second.deliver_due() == 0
    clock.advance(LEASE)
    assert await second.deliver_due() == 1

    assert sender.ids == [notice.notice_id]
    assert [(row.number, row.finished_at is None) for row in await attempts(db)] == [(1, True), (2, False)]


async def test_a_deliverer_that_wakes_after_its_lease_changes_nothing_but_its_own_attempt(
    db: Database, clock: SettableClock
) -> None:
    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    stuck = Stuck(Receipt(DeliveryFailure.GONE, 410, final=True))
    sleeping = asyncio.create_task(deliverer(db, clock, stuck).deliver_due())
    await stuck.begun.wait()
    clock.advance(LEASE)
    await deliverer(db, clock, Script()).deliver_due()

    stuck.go_on.set()
    await sleeping

    assert [row.state for row in await deliveries(db)] == ["delivered"]
    queued, delivered = await events_of(db)
    assert isinstance(queued, NoticeQueued)
    assert isinstance(delivered, NoticeDelivered)
    assert [row.failure for row in await attempts(db)] == ["gone", None]


async def test_two_deliverers_at_once_send_each_notice_once(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested() for _ in range(20)])
    sender = Script()
    many = [deliverer(db, clock, sender, per_endpoint=10) for _ in range(4)]

    sent = 0
    while sent < 20:
        sent += sum(await asyncio.gather(*(each.deliver_due() for each in many)))

    assert sent == 20
    assert len(set(sender.ids)) == len(sender.ids) == 20


async def test_a_row_whose_deliverers_keep_dying_comes_to_an_end(db: Database, clock: SettableClock) -> None:
    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE delivery SET attempts = 9"))
    sender = Script()

    await deliverer(db, clock, sender).deliver_due()

    assert sender.sent == []
    assert [row.state for row in await deliveries(db)] == ["failed"]


async def test_no_transaction_is_open_while_something_is_sent(db: Database, clock: SettableClock) -> None:
    class Looks(Script):
        open_ones = -1

        async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
            async with db.transaction() as tx:
                self.open_ones = await tx.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND"
                        " pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
                    )
                )
            return await super().send(delivery, now=now)

    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    sender = Looks()

    await deliverer(db, clock, sender).deliver_due()

    assert sender.open_ones == 0


async def test_to_a_real_receiver_a_notice_comes_again_after_an_error_and_stops_when_taken(
    db: Database, clock: SettableClock
) -> None:
    async with receiver(answer(503), answer(302, "location: /x"), answer(200)) as agency:
        notice = await queue(db, information_requested(), address=agency.url, signing=Signing.ED25519)
        resolver = SystemResolver(2)
        sender = WebhookSender(SIGNER, resolver, allowed=("127.0.0.1/32",), public_url="https://notify.example.org")
        delivering = deliverer(db, clock, sender)
        for _ in range(5):
            await delivering.deliver_due()
            clock.advance(timedelta(minutes=5))
        await sender.close()
        resolver.close()

    assert [post.headers["webhook-id"] for post in agency.posts] == [str(notice.notice_id)] * 3
    assert len({post.headers["webhook-timestamp"] for post in agency.posts}) == 3
    assert [row.status for row in await attempts(db)] == [503, 302, 200]


async def test_the_loops_end_when_asked_to_stop(db: Database, clock: SettableClock) -> None:
    stop = Stop()
    loops = [
        asyncio.create_task(deliverer(db, clock, Script()).run(stop)),
        asyncio.create_task(escalator(db, clock).run(stop)),
    ]

    stop.set()

    await asyncio.wait_for(asyncio.gather(*loops), 5)
    assert all(loop.done() for loop in loops)


async def test_while_the_database_is_away_the_deliverer_waits_and_goes_on(
    db: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    monkeypatch.setattr("agency_notify.deliver.PAUSE_SECONDS", 0.01)
    sender, stop = Script(), Stop()
    url = db.engine.url
    away = Database.connect(url.set(port=1, host="127.0.0.1", query={}).render_as_string(hide_password=False))
    delivering = deliverer(away, clock, sender)
    running = asyncio.create_task(delivering.run(stop))
    await asyncio.wait({running}, timeout=0.3)

    assert not running.done()
    object.__setattr__(delivering, "db", db)
    async with asyncio.timeout(10):
        while not sender.sent:
            await asyncio.wait({running}, timeout=0.01)
    stop.set()
    await asyncio.wait_for(running, 10)
    await away.close()


@dataclass
class Stuck:
    """A sender that waits until it may go on."""

    receipt: Receipt = field(default_factory=lambda: Receipt(status=200))
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        self.begun.set()
        await self.go_on.wait()
        return self.receipt

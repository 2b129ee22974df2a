"""The deliverer keeps the trouble of one agency, endpoint or notice from every other."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notify_examples import PACKS, case_opened, handover_offered, information_requested
from notify_world import BROKEN, Script, deliverer, deliveries, events_of, queue, read, set_endpoint

from agency_notify.model import Delivery, Receipt
from chassis.db import Database
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from contracts.codes import Channel, DeliveryFailure, WithheldReason
from contracts.events import NoticeFailed, NoticeWithheld
from policy.packs import Packs


async def test_a_slow_agency_delays_nobody_else(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db, agency="metropolitan-police", address="https://slow.example.org")
    await set_endpoint(db, agency="wandsworth-macpt", address="https://quick.example.org")
    await read(db, case_opened())
    await read(db, *[information_requested() for _ in range(30)], *[handover_offered() for _ in range(10)])
    slow = SlowFor("https://slow.example.org")
    stop = Stop()
    running = asyncio.create_task(deliverer(db, clock, slow, capacity=8).run(stop))

    async with asyncio.timeout(20):
        while slow.taken < 10:
            await asyncio.wait({running}, timeout=0.01)

    assert (slow.waiting, slow.most_waiting) == (4, 4)
    slow.go_on.set()
    stop.set()
    await asyncio.wait_for(running, 10)


async def test_a_failing_endpoint_is_tried_one_notice_at_a_time_until_it_recovers(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested() for _ in range(12)])
    sender = Script([BROKEN] * 4 + [Receipt(status=200)])
    delivering = deliverer(db, clock, sender)

    rounds = [await delivering.deliver_due() for _ in range(4)]

    assert rounds == [4, 1, 4, 3]  # four fail; one is let through and taken; then all places are open again


async def test_an_endpoint_that_asks_us_to_wait_is_left_alone_for_that_long(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested() for _ in range(3)])
    sender = Script([Receipt(DeliveryFailure.TOO_MANY_REQUESTS, 429, 120.0), Receipt(status=200)])
    delivering = deliverer(db, clock, sender, per_endpoint=1)

    await delivering.deliver_due()
    clock.advance(timedelta(seconds=119))
    assert await delivering.deliver_due() == 0
    clock.advance(timedelta(seconds=1))
    assert await delivering.deliver_due() == 1


async def test_a_receiver_that_is_gone_is_sent_nothing_more_and_each_notice_says_so(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested() for _ in range(2)])
    sender = Script([Receipt(DeliveryFailure.GONE, 410, final=True)])
    delivering = deliverer(db, clock, sender, per_endpoint=1)

    await delivering.deliver_due()
    await delivering.deliver_due()

    failed = [event for event in await events_of(db) if isinstance(event, NoticeFailed)]
    assert [event.failure for event in failed] == [DeliveryFailure.GONE] * 2
    assert len(sender.sent) == 1
    await read(db, information_requested())
    assert len(await deliveries(db)) == 2  # a later notice is not queued for it at all


async def test_an_agency_that_left_the_pack_since_queueing_is_sent_nothing(db: Database, clock: SettableClock) -> None:
    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    pack = PACKS["wandsworth"]
    without = pack.model_copy(update={"agencies": tuple(a for a in pack.agencies if a.code != "metropolitan-police")})
    sender = Script()

    await deliverer(db, clock, sender, packs=Packs([without])).deliver_due()

    withheld = (await events_of(db))[-1]
    assert sender.sent == []
    assert isinstance(withheld, NoticeWithheld)
    assert withheld.reason is WithheldReason.NOT_ENTITLED
    assert [row.state for row in await deliveries(db)] == ["withheld"]


async def test_a_partnership_that_left_is_sent_nothing(db: Database, clock: SettableClock) -> None:
    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    sender = Script()

    await deliverer(db, clock, sender, packs=Packs()).deliver_due()

    assert sender.sent == []
    assert [row.state for row in await deliveries(db)] == ["withheld"]


async def test_a_sender_that_breaks_down_fails_that_notice_only(db: Database, clock: SettableClock) -> None:
    class Breaks(Script):
        async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
            if delivery.notice.agency == "metropolitan-police":
                raise UnicodeError
            return await super().send(delivery, now=now)

    await set_endpoint(db)
    await queue(db, information_requested())
    await queue(db, handover_offered(), agency="wandsworth-macpt")

    assert await deliverer(db, clock, Breaks()).deliver_due() == 2

    assert sorted(row.state for row in await deliveries(db)) == ["delivered", "pending"]


@dataclass
class SlowFor:
    """A sender that waits for one address and is quick for the others."""

    address: str
    taken: int = 0
    waiting: int = 0
    most_waiting: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        if delivery.endpoint.address == self.address:
            self.waiting += 1
            self.most_waiting = max(self.waiting, self.most_waiting)
            await self.go_on.wait()
            self.waiting -= 1
        else:
            self.taken += 1
        return Receipt(status=200)

"""Whatever happens in whatever order, one notice has one climb, and it neither stops unasked nor runs away."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from escalation_world import HUB, acknowledged, calls, chains, escalations, opened, staff, system
from notify_examples import (
    CASE,
    PACKS,
    case_opened,
    clock_breached,
    handover_offered,
    information_answered,
    information_requested,
    referral_received,
)
from notify_world import Script, all_notices, deliverer, escalator, read, set_endpoint

from agency_notify.done import NEWS
from agency_notify.model import Notice, Receipt
from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.web.auth import Principal
from contracts.codes import Channel, DeliveryFailure
from contracts.events import HandoverOffered
from policy.packs import Packs

FAIRLY_LONG = 40
LADDER = PACKS["wandsworth"].ladder
SHORTER = Packs([PACKS["wandsworth"].model_copy(update={"escalation": LADDER[:2]})])
WHOLE = Packs(PACKS.values())
ROLES = [stage.role for stage in LADDER]


class Walk:
    """One random history: notices come, time passes, channels fail or work, people react or do not."""

    def __init__(self, db: Database, clock: SettableClock, seed: int) -> None:
        self.db, self.clock, self.chance = db, clock, random.Random(seed)
        self.ended: set[UUID] = set()
        self.counts_at_end: Counter[UUID] = Counter()

    async def begin(self) -> None:
        await set_endpoint(self.db)
        if self.chance.random() < 0.7:
            await set_endpoint(self.db, agency=HUB, channel=Channel.EMAIL, address="hub@example.org", signing=None)
        await read(self.db, case_opened())

    async def step(self) -> None:
        act = self.chance.choices(
            [self.arrive, self.wait, self.climb, self.deliver, self.react, self.answer], [2, 4, 5, 4, 2, 3]
        )[0]
        await act()

    async def arrive(self) -> None:
        event = self.chance.choice(
            [
                information_requested(request_id=uuid4()),
                clock_breached(clock_id=uuid4(), tell=(self.chance.choice(ROLES),), about_id=CASE),
                handover_offered(handover_id=uuid4()),
                referral_received(),
            ]
        )
        await read(self.db, event, now=self.clock.now())
        if isinstance(event, HandoverOffered):  # nobody offers a child before they have seen the news
            for each in await all_notices(self.db):
                if each.kind in NEWS:
                    await self._end(each.notice_id)

    async def wait(self) -> None:
        self.clock.advance(timedelta(minutes=self.chance.choice([1, 30, 240, 2_000])))

    async def climb(self) -> None:
        packs = self.chance.choice([WHOLE, WHOLE, WHOLE, SHORTER, Packs()])
        await asyncio.gather(*(escalator(self.db, self.clock, packs=packs).escalate_due() for _ in range(2)))

    async def deliver(self) -> None:
        works = self.chance.random() < 0.4
        receipt = Receipt(status=200) if works else Receipt(DeliveryFailure.REFUSED, 550, final=True)
        await deliverer(self.db, self.clock, Script([receipt])).deliver_due()

    async def react(self) -> None:
        unopened = [each for each in await all_notices(self.db) if each.opened_at is None]
        if not unopened:
            return
        notice = self.chance.choice(unopened)
        reader = _reader_of(notice)
        if notice.escalates is None or self.chance.random() < 0.5:
            await opened(self.db, notice.notice_id, reader, self.clock)
            ended = notice.notice_id if notice.escalates is None else None
        else:
            await acknowledged(self.db, notice.notice_id, reader, self.clock)
            ended = notice.escalates
        if ended is not None:
            await self._end(ended)

    async def answer(self) -> None:
        asked = [each for each in await all_notices(self.db) if each.kind == "information-requested"]
        if asked:
            notice = self.chance.choice(asked)
            event = information_answered(request_id=notice.about_id, urgent=False)
            await read(self.db, event, now=self.clock.now())
            await self._end(notice.notice_id)

    async def _end(self, notice_id: UUID) -> None:
        self.ended.add(notice_id)
        self.counts_at_end[notice_id] = len([e for e in await escalations(self.db) if e.notice_id == notice_id])


def _reader_of(notice: Notice) -> Principal:
    agency = notice.agency
    return staff(*notice.roles, agency=agency) if notice.roles else system(agency)


@pytest.mark.parametrize("seed", range(12))
async def test_one_notice_has_one_climb_which_nothing_but_a_reaction_ends(
    db: Database, clock: SettableClock, seed: int
) -> None:
    walk = Walk(db, clock, seed)
    await walk.begin()

    for _ in range(FAIRLY_LONG):
        await walk.step()

    originals = {each.notice_id: each for each in await all_notices(db) if each.escalates is None}
    said, made, rows = await escalations(db), await calls(db), await chains(db)
    assert {row.notice_id for row in rows} <= originals.keys()
    assert Counter(each.escalation_notice_id for each in said) == Counter(each.notice_id for each in made)
    assert Counter(each.notice_id for each in said) == Counter(each.escalates for each in made)
    for notice_id in walk.ended:
        assert sum(each.notice_id == notice_id for each in said) == walk.counts_at_end[notice_id]
    await _no_climb_was_lost(db, clock, walk, originals)


async def _no_climb_was_lost(db: Database, clock: SettableClock, walk: Walk, originals: dict[UUID, Notice]) -> None:
    """Once everything is due, everyone with an unseen notice is notified in one round each, and nobody else."""
    clock.advance(timedelta(days=30))
    before = Counter(each.notice_id for each in await escalations(db))
    await escalator(db, clock).escalate_due()
    after = Counter(each.notice_id for each in await escalations(db))
    begun = {row.notice_id for row in await chains(db)}
    waiting = {
        notice_id
        for notice_id, notice in originals.items()
        if notice_id not in walk.ended and (notice.open_by is not None or notice_id in begun)
    }
    assert {notice_id for notice_id in after if after[notice_id] != before[notice_id]} == waiting
    assert all(after[notice_id] - before[notice_id] == 1 for notice_id in waiting)

"""Rounds of escalation: many notices, workers at once and later, steps that fail, and what an upgrade finds."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from escalation_world import SIX_HOURS, TWO_HOURS, calls, chains, escalations, queued, stages
from notify_examples import CASE, NOW, case_opened, information_requested
from notify_world import all_notices, escalator, read, set_endpoint
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from agency_notify.escalation import decide as climbing
from agency_notify.escalation.model import Climb, Due
from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions
from chassis.testing.clock import SettableClock
from contracts.codes import Rating
from policy.pack import Pack


async def many(db: Database, count: int) -> None:
    await set_endpoint(db)
    await read(db, case_opened(), *[information_requested(request_id=uuid4()) for _ in range(count)])


async def test_several_workers_at_once_notify_each_stage_once(db: Database, clock: SettableClock) -> None:
    await many(db, 30)
    clock.advance(SIX_HOURS)

    for _ in range(2):
        await asyncio.gather(*(escalator(db, clock).escalate_due() for _ in range(4)))

    assert len(await escalations(db)) == len(await calls(db)) == len(await chains(db)) == 30


async def test_a_worker_that_starts_later_finds_every_step_that_is_due(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    await queued(db, rating=Rating.RED)
    clock.advance(TWO_HOURS)
    await escalator(db, clock).escalate_due()

    clock.advance(timedelta(days=3))
    assert await escalator(db, clock).escalate_due() == 1
    assert await escalator(db, clock).escalate_due() == 0

    assert [role for _, role, _ in await stages(db)] == ["mash-manager", "head-of-service"]


async def statements_for(db: Database, clock: SettableClock, count: int) -> int:
    """How many statements a round takes in which so many notices are due."""
    await many(db, count)
    clock.advance(SIX_HOURS)
    seen: list[str] = []

    def see(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sqlalchemy_event.listen(db.engine.sync_engine, "before_cursor_execute", see)
    try:
        assert await escalator(db, clock).escalate_due() == count
    finally:
        sqlalchemy_event.remove(db.engine.sync_engine, "before_cursor_execute", see)
    return len(seen)


@pytest.mark.parametrize("count", [1, 100])
async def test_a_round_takes_the_same_few_statements_however_many_are_due(
    db: Database, clock: SettableClock, count: int
) -> None:
    assert await statements_for(db, clock, count) == 7


async def test_a_step_that_cannot_be_made_holds_up_no_other_and_is_tried_again(
    db: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many(db, 5)
    clock.advance(SIX_HOURS)
    bad = (await all_notices(db))[0].notice_id
    climb = climbing.climb

    def fails_once(due: Due, pack: Pack, **rest: Any) -> Climb:
        if due.notice.notice_id == bad:
            raise ArithmeticError
        return climb(due, pack, **rest)

    monkeypatch.setattr(climbing, "climb", fails_once)
    assert await escalator(db, clock).escalate_due() == 5
    assert bad not in {each.notice_id for each in await escalations(db)}
    assert len(await escalations(db)) == 4

    monkeypatch.setattr(climbing, "climb", climb)
    clock.advance(timedelta(hours=1))
    await escalator(db, clock).escalate_due()

    assert bad in {each.notice_id for each in await escalations(db)}


async def test_a_notice_that_is_being_opened_does_not_climb_meanwhile(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    late = await queued(db)
    clock.advance(SIX_HOURS)
    await escalator(db, clock).escalate_due()
    clock.advance(timedelta(days=1))

    async with db.transaction() as tx:
        await tx.execute(text("SELECT FROM notice WHERE notice_id = :id FOR UPDATE"), {"id": late.notice_id})
        assert await escalator(db, clock).escalate_due() == 0

    assert await escalator(db, clock).escalate_due() == 1


async def test_what_was_escalated_to_nobody_before_the_upgrade_climbs_after_it(fresh_urls: DatabaseUrls) -> None:
    owner, db = Database.connect(fresh_urls.owner_url), Database.connect(fresh_urls.app_url)
    await revisions.downgrade(fresh_urls.owner_url, package="agency_notify", to="0001")
    async with owner.transaction() as tx:
        await tx.execute(
            text("INSERT INTO referral VALUES (:id, 'wandsworth', 'WAN-7K3M-Q9TR', 'ashcroft-primary')"), {"id": CASE}
        )
        for number, opened_at in ((1, None), (2, NOW)):
            await tx.execute(
                text(
                    "INSERT INTO notice (notice_id, caused_by, partnership, agency, kind, referral_id, reference,"
                    " about_id, urgent, queued_at, open_by, escalated_at, escalated_to, opened_at) VALUES (:id, :id,"
                    " 'wandsworth', 'metropolitan-police', 'information-requested', :case, 'WAN-7K3M-Q9TR', :case,"
                    " true, :now, :now, :now, 'mash-manager', :opened_at)"
                ),
                {"id": UUID(int=number), "case": CASE, "now": NOW, "opened_at": opened_at},
            )
    await migrate.upgrade(fresh_urls.owner_url, package="agency_notify")

    (chain,) = await chains(db)
    assert (chain.notice_id, chain.reason, chain.climb_at is not None) == (UUID(int=1), "unopened", True)
    await owner.close()
    await db.close()

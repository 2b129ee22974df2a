"""Flow: referrals that were accepted, and those of them that triage has not taken up yet."""

from datetime import timedelta

from intake_examples import NOW, acceptance
from intake_messages import message_of, opened

from chassis.db import Database
from chassis.web.operated import Stage
from contracts.events import CaseOpened
from referral_intake.accepting import handlers as accepting
from referral_intake.store import flow
from referral_intake.subscriptions import SUBSCRIPTIONS


async def counted(db: Database, *, after: timedelta = timedelta()) -> Stage:
    async with db.transaction() as tx:
        (stage,) = await flow.count(tx, NOW + after)
    return stage


async def test_a_referral_waits_until_its_case_is_opened_and_is_counted_for_a_day(db: Database) -> None:
    empty = await counted(db)
    async with db.driver_transaction() as tx:
        await accepting.accept(tx, [acceptance(1), acceptance(2)])
    accepted = await counted(db)

    assert empty == Stage(name="accepted", waiting=0, since=None, passed=0)
    assert (accepted.waiting, accepted.passed) == (2, 2)
    assert accepted.since is not None
    assert (await counted(db, after=timedelta(days=2))).passed == 0
    handler = SUBSCRIPTIONS.handlers[CaseOpened]
    async with db.transaction() as tx:
        await handler(tx, message_of(opened()), NOW)
    assert (await counted(db)).waiting == 1

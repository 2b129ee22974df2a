"""Flow: referrals that were accepted, and those of them that triage has not taken up yet."""

from datetime import timedelta
from uuid import UUID

from intake_examples import NOW, TERMS, acceptance
from intake_messages import message_of

from chassis.db import Database
from chassis.web.operator_flow import Stage
from contracts.codes import Rating
from contracts.events import CaseOpened
from referral_intake.accepting import handlers as accepting
from referral_intake.store import flow
from referral_intake.subscriptions import SUBSCRIPTIONS

OPENED = CaseOpened(
    case_id=UUID(int=50),
    referral_id=UUID(int=1),
    reference="WAN-000000001",
    agency="ashcroft-primary",
    child_ids=(UUID(int=1000),),
    opened_at=NOW + timedelta(seconds=1),
    suggested_rating=Rating.AMBER,
    suggestion_reasons=(),
    decision_due_at=TERMS.decision_expected_by,
    policy_version=TERMS.policy_version,
)


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
        await handler(tx, message_of(OPENED), NOW)
    assert (await counted(db)).waiting == 1

"""What waits for triage is measured by what this service's own database knows."""

from datetime import timedelta

from intake_caller import Caller
from intake_examples import NOW, acceptance, form

from chassis.db import Database
from chassis.testing.shown import shown
from referral_intake import gauges, store
from referral_intake.accepting import handlers as accepting
from referral_intake.model import Milestone, Step
from referral_intake.store import flow


async def measured(db: Database, *, after: timedelta) -> tuple[float | None, float | None]:
    async with db.transaction() as tx:
        await gauges.measure(tx, NOW + after)
    return shown("referrals_without_case"), shown("oldest_without_case_seconds")


async def test_a_referral_waits_until_triage_says_that_it_has_it(db: Database) -> None:
    accepted = [acceptance(1), acceptance(2)]
    async with db.driver_transaction() as tx:
        await accepting.accept(tx, accepted)
    waiting = await measured(db, after=timedelta(minutes=5))
    async with db.transaction() as tx:
        for each in accepted:
            opened = Milestone(Step.OPENED, NOW + timedelta(minutes=6))
            assert await store.record_milestone(tx, each.received.referral_id, opened, version=1)

    assert waiting == (2, 300)
    assert await measured(db, after=timedelta(minutes=7)) == (0, 0)


async def test_looking_for_what_waits_reads_no_other_referral(db: Database) -> None:
    async with db.driver_transaction() as tx:
        await accepting.accept(tx, [acceptance(1)])
    async with db.transaction() as tx:
        await tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = (await tx.exec_driver_sql(f"EXPLAIN {flow.WAITING}")).scalars().all()

    assert any("referral_without_case" in line for line in plan)


async def test_what_was_written_counts_as_accepted_and_a_repeat_does_not(caller: Caller) -> None:
    before = shown("referrals_accepted_total", partnership="wandsworth") or 0

    answers = [await caller.post(form(), key=key) for key in ("one", "one", "two")]

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert shown("referrals_accepted_total", partnership="wandsworth") == before + 2

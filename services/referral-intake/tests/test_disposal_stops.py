"""What stops a destruction at the last moment, and what crashes and races leave behind."""

import asyncio

from intake_examples import planted
from intake_records import Office
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.tasks import Stop

CANARY = "Testerley"


async def test_a_hold_placed_after_the_approval_stops_it(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    await office.hold(receipt["reference"])

    await office.work()

    assert await office.counts(run_id) == {"held": 1}
    assert await office.caller.count("document") == 1
    assert await office.events("referral.disposed.v1") == []


async def test_what_came_in_since_the_review_voids_it(office: Office, owner: AsyncEngine) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    async with owner.begin() as tx:
        await tx.execute(text("UPDATE referral SET edition = 2"))

    await office.work()

    assert await office.counts(run_id) == {"changed": 1}
    assert await office.caller.count("document") == 1


async def test_a_case_that_was_opened_again_since_stops_it(office: Office, owner: AsyncEngine) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    async with owner.begin() as tx:
        await tx.execute(text("UPDATE referral SET closed_at = NULL"))

    await office.work()

    assert await office.counts(run_id) == {"not-due": 1}
    assert await office.caller.count("document") == 1


async def test_a_document_that_is_not_what_was_published_is_left_for_people_to_look(
    office: Office, owner: AsyncEngine
) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    async with owner.begin() as tx:
        await tx.execute(text("UPDATE document SET content = content || ' '"))

    await office.work()

    assert await office.counts(run_id) == {"altered": 1}
    assert await office.caller.count("document") == 1


async def test_a_crash_in_the_middle_leaves_a_run_that_goes_on(office: Office) -> None:
    _, run_id = await office.several_approved(8)
    working = asyncio.create_task(office.work())
    async with asyncio.timeout(10):
        while not await office.events("referral.disposed.v1"):
            pass
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    left = await office.caller.count("document")
    told = len(await office.events("referral.disposed.v1"))

    await office.work()

    assert left + told == 8
    assert await office.counts(run_id) == {"destroyed": 8}
    assert len(await office.events("referral.disposed.v1")) == 8


async def test_a_worker_that_is_told_to_stop_begins_no_further_destruction(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    await office.approved(receipt["referral_id"])
    stop = Stop()
    stop.set()

    await office.disposal.work(stop)
    await office.disposal.run(stop)

    assert await office.caller.count("document") == 1


async def test_a_destruction_that_cannot_be_told_is_not_done_and_left_for_people(
    office: Office, owner: AsyncEngine
) -> None:
    receipts, run_id = await office.several_approved(3)
    doomed = receipts[1]["referral_id"]
    guard = f"CHECK (aggregate <> 'referral/{doomed}' OR headers ->> 'ce_type' <> 'referral.disposed.v1')"

    async with planted(owner, "event", guard):
        await office.work()

    assert await office.counts(run_id) == {"destroyed": 2, "refused": 1}
    left = await office.caller.rows("SELECT referral_id FROM document")
    assert [str(row.referral_id) for row in left] == [doomed]  # no certificate, so nothing was destroyed
    assert len(await office.events("referral.disposed.v1")) == 2


async def test_two_workers_destroy_everything_once(office: Office) -> None:
    receipts, run_id = await office.several_approved(12)

    await asyncio.gather(office.work(), office.work(), office.work())
    await office.work()

    assert await office.counts(run_id) == {"destroyed": 12}
    disposed = await office.events("referral.disposed.v1")
    assert sorted(event["referral_id"] for event in disposed) == sorted(r["referral_id"] for r in receipts)


async def test_a_hold_and_a_destruction_at_once_leave_a_held_referral_whole_or_a_destroyed_one_unheld(
    office: Office,
) -> None:
    receipts, run_id = await office.several_approved(12)

    await asyncio.gather(office.work(), *(office.hold(receipt["reference"]) for receipt in receipts))
    await office.work()

    held = await office.caller.rows("SELECT referral_id FROM held_referral WHERE lifted_at IS NULL")
    kept = await office.caller.rows("SELECT referral_id FROM document")
    assert {row.referral_id for row in held} == {row.referral_id for row in kept}
    assert sum((await office.counts(run_id)).values()) == 12

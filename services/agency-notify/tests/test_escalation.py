"""A notice that nobody opens climbs the ladder of its pack stage by stage: on a real database, by rows alone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from escalation_world import HUB, SIX_HOURS, TWO_HOURS, calls, chains, escalations, hub_mailbox, queued, stages
from notify_examples import NOW, PACKS, case_opened, clock_breached, clock_warned, information_requested
from notify_world import ALL_PACKS, escalator, events_of, read, set_endpoint

from chassis.db import Database
from chassis.testing.clock import SettableClock
from contracts.codes import EscalationReason, NoticeKind, Rating
from contracts.events import NoticeEscalated, NoticeQueued
from policy.pack import Pack
from policy.packs import Packs

GONE = Packs()


# -- the climb --------------------------------------------------------------------------------------------------------


async def test_an_unopened_notice_becomes_a_notice_of_its_own_to_the_named_role(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await hub_mailbox(db)
    late = await queued(db)
    clock.advance(SIX_HOURS - timedelta(seconds=1))
    assert await escalator(db, clock).escalate_due() == 0

    clock.advance(timedelta(seconds=1))
    assert await escalator(db, clock).escalate_due() == 1

    (call,) = await calls(db)
    assert (call.kind, call.agency, call.roles) == (NoticeKind.NOTICE_UNOPENED, HUB, ("mash-manager",))
    assert (call.escalates, call.about_id, call.reference, call.urgent) == (
        late.notice_id,
        late.notice_id,
        late.reference,
        True,
    )
    assert call.open_by is not None
    assert call.open_by > clock.now()
    queued_event, escalated = (await events_of(db))[-2:]
    assert isinstance(queued_event, NoticeQueued)
    assert (queued_event.notice_id, queued_event.escalates, queued_event.roles) == (
        call.notice_id,
        late.notice_id,
        ("mash-manager",),
    )
    assert isinstance(escalated, NoticeEscalated)
    assert (escalated.notice_id, escalated.escalated_to, escalated.reason) == (
        late.notice_id,
        "mash-manager",
        EscalationReason.UNOPENED,
    )
    assert (escalated.stage, escalated.escalation_notice_id, escalated.next_at) == (3, call.notice_id, call.open_by)


async def test_while_nobody_reacts_it_climbs_stage_by_stage_and_the_last_one_is_notified_again_and_again(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await queued(db, rating=Rating.RED)

    for _ in range(6):
        clock.advance(TWO_HOURS)
        assert await escalator(db, clock).escalate_due() == 1
        assert await escalator(db, clock).escalate_due() == 0  # each step once, and not before its time

    assert await stages(db) == [
        (3, "mash-manager", 0),
        (4, "head-of-service", 0),
        (5, "safeguarding-partner", 0),
        (5, "safeguarding-partner", 1),
        (5, "safeguarding-partner", 2),
        (5, "safeguarding-partner", 3),
    ]
    assert [call.roles for call in await calls(db)] == [
        ("mash-manager",),
        ("head-of-service",),
        *[("safeguarding-partner",)] * 4,
    ]
    assert len(await chains(db)) == 1


async def test_a_breach_that_nobody_opens_climbs_above_those_whom_it_was_for(
    db: Database, clock: SettableClock
) -> None:
    await queued(db, clock_breached(tell=("social-worker",)), rating=Rating.RED)

    for _ in range(5):
        clock.advance(TWO_HOURS)
        await escalator(db, clock).escalate_due()

    assert [role for _, role, _ in await stages(db)] == [
        "line-manager",
        "mash-manager",
        "head-of-service",
        "safeguarding-partner",
        "safeguarding-partner",
    ]


async def test_a_warning_climbs_too_when_nobody_opens_it(db: Database, clock: SettableClock) -> None:
    await queued(db, clock_warned(tell=("social-worker",), due_at=NOW + timedelta(minutes=30)))
    clock.advance(timedelta(minutes=30))

    await escalator(db, clock).escalate_due()

    assert [role for _, role, _ in await stages(db)] == ["line-manager"]


async def test_a_stage_has_until_the_packs_time_in_working_hours(db: Database, clock: SettableClock) -> None:
    await queued(db)
    clock.advance(timedelta(hours=5, minutes=30))  # Monday 15:30
    await read(db, case_opened(), information_requested(request_id=uuid4(), due_at=NOW), now=clock.now())

    await escalator(db, clock).escalate_due()

    first = (await calls(db))[0]
    assert first.open_by == clock.now() + timedelta(hours=22)  # an hour and a half, then Tuesday from 9:00 to 13:30


# -- packs ------------------------------------------------------------------------------------------------------------


def packs(**changes: Any) -> Packs:
    return Packs([PACKS["wandsworth"].model_copy(update=changes)])


def ladder_of(pack: Pack, *numbers: int) -> Any:
    return tuple(stage for stage in pack.escalation if stage.stage in numbers)


async def test_a_pack_that_changes_in_the_middle_leads_on_from_the_stage_that_was_reached(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await queued(db, rating=Rating.RED)
    pack = PACKS["wandsworth"]

    for known in (ALL_PACKS, packs(escalation=ladder_of(pack, 1, 2, 5)), packs(escalation=ladder_of(pack, 1, 2))):
        clock.advance(TWO_HOURS)
        await escalator(db, clock, packs=known).escalate_due()

    assert await stages(db) == [
        (3, "mash-manager", 0),
        (5, "safeguarding-partner", 0),
        (2, "line-manager", 0),
    ]


async def test_without_a_ladder_or_a_clock_the_last_resort_is_notified_again_and_again(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await queued(db, rating=Rating.RED)
    without = packs(escalation=(), clocks=tuple(c for c in PACKS["wandsworth"].clocks if c.name != "notice-open"))

    for _ in range(3):
        clock.advance(TWO_HOURS)
        await escalator(db, clock, packs=without).escalate_due()

    assert await stages(db) == [(0, "mash-manager", repeated) for repeated in range(3)]


async def test_while_a_partnership_has_no_pack_its_climbs_wait_and_hold_up_no_other(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await queued(db)
    clock.advance(SIX_HOURS)

    assert await escalator(db, clock, packs=GONE).escalate_due() == 1
    assert await escalator(db, clock, packs=GONE).escalate_due() == 0
    assert await escalations(db) == []
    clock.advance(timedelta(hours=1))
    assert await escalator(db, clock).escalate_due() == 1

    assert len(await escalations(db)) == 1

"""What ends the climb of a notice, and what does not: opening, acknowledging, and that what was asked is done."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from escalation_world import (
    REFUSED,
    SIX_HOURS,
    TWO_HOURS,
    acknowledged,
    calls,
    chains,
    escalations,
    opened,
    queued,
    staff,
    stages,
    system,
)
from notify_examples import (
    ABOUT,
    CASE,
    case_closed,
    case_decided,
    case_rated,
    clock_breached,
    handover_accepted,
    handover_offered,
    handover_returned,
    handover_withdrawn,
    information_answered,
    information_requested,
    question_answered,
    question_asked,
)
from notify_world import Script, all_notices, deliverer, escalator, events_of, read, set_endpoint

from chassis.db import Database
from chassis.testing.clock import SettableClock
from contracts.codes import Rating
from contracts.events import Event, NoticeAcknowledged, NoticeOpened


async def test_opening_the_notice_ends_its_climb(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    late = await queued(db)
    clock.advance(SIX_HOURS)
    await escalator(db, clock).escalate_due()

    await opened(db, late.notice_id, system(), clock)
    clock.advance(timedelta(days=30))

    assert await escalator(db, clock).escalate_due() == 0
    (chain,) = await chains(db)
    assert (chain.ended_because, chain.climb_at) == ("opened", None)


async def test_a_notice_that_was_opened_in_time_never_climbs(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    late = await queued(db)
    await opened(db, late.notice_id, system(), clock)

    clock.advance(timedelta(days=30))

    assert await escalator(db, clock).escalate_due() == 0
    assert await chains(db) == []


async def test_acknowledging_an_escalation_notice_ends_the_climb_and_the_notice_itself_stays_unopened(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    late = await queued(db)
    clock.advance(SIX_HOURS)
    await escalator(db, clock).escalate_due()
    (call,) = await calls(db)

    await acknowledged(db, call.notice_id, staff("mash-manager"), clock)
    clock.advance(timedelta(days=30))

    assert await escalator(db, clock).escalate_due() == 0
    assert [chain.ended_because for chain in await chains(db)] == ["acknowledged"]
    found = {notice.notice_id: notice for notice in await all_notices(db)}
    assert found[late.notice_id].opened_at is None
    said = [event for event in await events_of(db) if isinstance(event, NoticeOpened | NoticeAcknowledged)]
    assert [each.TYPE for each in said] == [NoticeOpened.TYPE, NoticeAcknowledged.TYPE]
    assert {(each.notice_id, each.roles) for each in said} == {(call.notice_id, ("mash-manager",))}


async def test_opening_an_escalation_notice_without_acknowledging_it_does_not_end_the_climb(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await queued(db, rating=Rating.RED)
    clock.advance(TWO_HOURS)
    await escalator(db, clock).escalate_due()
    (call,) = await calls(db)

    await opened(db, call.notice_id, staff("mash-manager"), clock)
    clock.advance(TWO_HOURS)
    await escalator(db, clock).escalate_due()

    assert [role for _, role, _ in await stages(db)] == ["mash-manager", "head-of-service"]


async def test_anyone_who_was_notified_earlier_may_still_end_it(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db)
    await queued(db, rating=Rating.RED)
    for _ in range(3):
        clock.advance(TWO_HOURS)
        await escalator(db, clock).escalate_due()

    await acknowledged(db, (await calls(db))[0].notice_id, staff("mash-manager"), clock)

    clock.advance(timedelta(days=1))
    assert await escalator(db, clock).escalate_due() == 0


async def test_a_climb_that_ended_does_not_begin_again_when_a_channel_fails_later(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    await queued(db)
    clock.advance(SIX_HOURS)
    await escalator(db, clock).escalate_due()
    await acknowledged(db, (await calls(db))[0].notice_id, staff("mash-manager"), clock)

    await deliverer(db, clock, Script([REFUSED])).deliver_due()

    assert await escalator(db, clock).escalate_due() == 0


ANSWERED: Sequence[tuple[Event, Event]] = [
    (information_requested(), information_answered()),
    (question_asked(), question_answered()),
    (handover_offered(), handover_accepted()),
    (handover_offered(), handover_returned()),
    (handover_offered(), handover_withdrawn()),
    (information_requested(), case_closed()),
    (clock_breached(clock="information-request", about_id=ABOUT), information_answered()),
    (clock_breached(clock="handover-child-protection", about_id=ABOUT), handover_returned()),
    (clock_breached(clock="decision", about_id=CASE), case_decided()),
    (clock_breached(clock="rating", about_id=CASE), case_rated()),
    (clock_breached(clock="decision", about_id=CASE), case_closed()),
    (handover_returned(), handover_offered(handover_id=UUID(int=77))),
    (information_answered(request_id=UUID(int=78)), case_decided()),
]


@pytest.mark.parametrize(("asked", "done"), ANSWERED, ids=lambda event: event.TYPE)
async def test_nobody_is_chased_for_opening_what_is_done(
    db: Database, clock: SettableClock, asked: Event, done: Event
) -> None:
    for agency in ("metropolitan-police", "ashcroft-primary", "wandsworth-macpt"):
        await set_endpoint(db, agency=agency)
    notice = await queued(db, asked)
    clock.advance(timedelta(hours=8))
    await escalator(db, clock).escalate_due()
    before = len(await escalations(db))

    await read(db, done, now=clock.now())
    clock.advance(timedelta(hours=1))
    await escalator(db, clock).escalate_due()

    assert before == 1
    assert len([each for each in await escalations(db) if each.notice_id == notice.notice_id]) == 1
    (chain,) = [each for each in await chains(db) if each.notice_id == notice.notice_id]
    assert chain.ended_because == "done"


NOT_DONE: Sequence[tuple[Event, Event]] = [
    (information_requested(), information_answered(request_id=UUID(int=79))),
    (clock_breached(clock="decision", about_id=CASE), case_rated()),
    (clock_breached(clock="decision", about_id=CASE), case_decided(all_children_decided=False)),
    (clock_breached(clock="information-request", about_id=ABOUT), case_decided()),
]


@pytest.mark.parametrize(("asked", "other"), NOT_DONE, ids=lambda event: event.TYPE)
async def test_what_is_not_done_goes_on_climbing_whatever_else_happens(
    db: Database, clock: SettableClock, asked: Event, other: Event
) -> None:
    await set_endpoint(db)
    notice = await queued(db, asked)

    await read(db, other)
    clock.advance(timedelta(hours=8))
    await escalator(db, clock).escalate_due()

    assert notice.notice_id in {each.notice_id for each in await escalations(db)}

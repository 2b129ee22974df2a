"""Events in, notices out, on a real database."""

from dataclasses import replace

import pytest
from notify_examples import (
    NOW,
    REFERENCE,
    REFERRAL,
    case_decided,
    case_informed,
    case_opened,
    case_rated,
    case_reopened,
    clock_breached,
    clock_warned,
    handover_offered,
    handover_returned,
    handover_superseded,
    handover_withdrawn,
    information_answered,
    information_corrected,
    information_requested,
    information_withdrawn,
    question_asked,
    referral_received,
    referral_supplemented,
    referral_withdrawn,
)
from notify_world import ALL_PACKS, all_notices, deliveries, events_of, message, read, set_endpoint

from agency_notify.errors import UnknownReferral
from agency_notify.store import referrals
from agency_notify.subscriptions import subscriptions
from chassis.db import Database
from chassis.ids import RandomIds
from contracts.codes import Channel, DeliveryFailure, NoticeKind, Rating, WithheldReason
from contracts.events import Event, NoticeFailed, NoticeQueued, NoticeWithheld
from contracts.problems import Invalid
from policy.packs import NotServed


async def test_a_referral_is_acknowledged_to_the_agency_that_sent_it(db: Database) -> None:
    await set_endpoint(db, agency="ashcroft-primary")

    await read(db, referral_received())

    (notice,) = await all_notices(db)
    assert (notice.agency, notice.kind, notice.reference) == (
        "ashcroft-primary",
        NoticeKind.REFERRAL_RECEIVED,
        REFERENCE,
    )
    queued = (await events_of(db))[0]
    assert isinstance(queued, NoticeQueued)
    assert queued.channels == (Channel.WEBHOOK, Channel.INBOX)
    assert [row.state for row in await deliveries(db)] == ["pending"]


async def test_a_promised_channel_without_an_endpoint_fails_and_the_inbox_holds_the_notice(
    db: Database,
) -> None:
    await read(db, referral_received())

    kinds = [type(event) for event in await events_of(db)]
    failures = [event.failure for event in await events_of(db) if isinstance(event, NoticeFailed)]
    assert kinds == [NoticeQueued, NoticeFailed, NoticeFailed]  # the pack promises this school both channels
    assert failures == [DeliveryFailure.NO_ENDPOINT] * 2
    assert len(await all_notices(db)) == 1


async def test_triages_events_may_be_read_before_the_referrals_own(db: Database) -> None:
    await read(db, case_opened(), information_requested(), referral_received())

    assert {notice.reference for notice in await all_notices(db)} == {REFERENCE}


async def test_an_event_about_a_referral_that_is_not_known_is_refused(db: Database) -> None:
    with pytest.raises(UnknownReferral):
        await read(db, information_requested())


async def test_a_partnership_without_a_pack_is_refused(db: Database) -> None:
    table = subscriptions(ALL_PACKS, RandomIds())
    event = message(referral_received(), partnership="nowhere")

    with pytest.raises(NotServed):
        async with db.transaction() as tx:
            await table.handlers[type(referral_received())](tx, event, event.envelope.time)


async def test_a_withheld_outcome_is_kept_with_its_reason_and_pushed_to_nobody(db: Database) -> None:
    await set_endpoint(db, agency="ashcroft-primary")

    await read(db, case_opened(), case_decided(referrer_feedback=None))

    (withheld,) = await events_of(db)
    assert isinstance(withheld, NoticeWithheld)
    assert withheld.reason is WithheldReason.NOT_SAFE_TO_SAY
    assert await deliveries(db) == []


async def test_the_same_cause_never_leads_to_the_same_notice_twice(db: Database) -> None:
    once = message(referral_received())
    handler = subscriptions(ALL_PACKS, RandomIds()).handlers[type(referral_received())]
    async with db.transaction() as tx:
        await handler(tx, once, once.envelope.time)

    with pytest.raises(Exception, match=r"notice_pkey|notice_once"):
        async with db.transaction() as tx:
            await handler(tx, once, once.envelope.time)


@pytest.mark.parametrize(
    "event",
    [
        referral_received(),
        referral_supplemented(),
        referral_withdrawn(),
        question_asked(),
        case_reopened(),
        information_requested(),
        case_decided(),
        handover_offered(),
        clock_warned(),
        clock_breached(),
        information_answered(),
        information_corrected(),
        information_withdrawn(),
        handover_returned(),
        handover_withdrawn(),
        handover_superseded(),
    ],
)
async def test_every_event_of_the_table_ends_in_an_inbox(db: Database, event: Event) -> None:
    await read(db, case_opened(), event)

    assert len(await all_notices(db)) == 1


async def test_a_message_that_holds_no_event_is_refused(db: Database) -> None:
    handler = subscriptions(ALL_PACKS, RandomIds()).handlers[type(referral_received())]

    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await handler(tx, replace(message(referral_received()), event=None), NOW)


@pytest.mark.parametrize(
    ("events", "rating"),
    [
        ((case_informed(suggested_rating=Rating.RED),), Rating.RED),
        ((case_informed(suggested_rating=Rating.RED), case_informed(suggested_rating=Rating.GREEN)), Rating.GREEN),
        ((case_rated(rating=Rating.BLUE), case_informed(rating=Rating.BLUE, suggested_rating=Rating.RED)), Rating.BLUE),
        ((case_informed(),), Rating.AMBER),
    ],
    ids=["suggested again", "undone", "rated by a person", "of an earlier edition"],
)
async def test_a_case_is_as_urgent_as_is_suggested_now_until_a_person_rates_it(
    db: Database, events: tuple[Event, ...], rating: Rating
) -> None:
    await read(db, case_opened(suggested_rating=Rating.AMBER), *events)

    async with db.transaction() as tx:
        known = await referrals.find_known(tx, [REFERRAL])
    assert known[REFERRAL].referral.rating is rating

"""What the sender of a referral is shown follows the newest decision, whatever was queued, sent or read before."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from escalation_world import opened, system
from notify_examples import (
    ABOUT,
    FEEDBACK,
    NOW,
    PACKS,
    case_decided,
    case_informed,
    case_opened,
    case_reopened,
    handover_accepted,
    handover_offered,
    handover_superseded,
    handover_withdrawn,
)
from notify_world import Script, all_notices, deliverer, deliveries, escalator, events_of, read, set_endpoint

from agency_notify.model import Delivery, Receipt
from chassis.db import Database
from chassis.testing.clock import SettableClock
from contracts.codes import Channel, DeliveryFailure, NoticeKind, SupersedingReason, WithheldReason
from contracts.events import CaseDecided, NoticeDelivered, NoticeWithheld

SCHOOL = "ashcroft-primary"
OTHER_FEEDBACK = next(
    rule.feedback.key for rule in PACKS["wandsworth"].outcomes if rule.feedback and rule.feedback.key != FEEDBACK
)
BROKEN = Receipt(DeliveryFailure.SERVER_ERROR, 500)


def first(**changes: Any) -> CaseDecided:
    return case_decided(decision_id=UUID(int=41), **changes)


def second(**changes: Any) -> CaseDecided:
    facts = {
        "decision_id": UUID(int=42), "supersedes": UUID(int=41), "decided_at": NOW + timedelta(hours=1),
        "supersedes_reason": SupersedingReason.NEWS_FROM_SENDER, "referrer_feedback": OTHER_FEEDBACK,
    }  # fmt: skip
    return case_decided(**(facts | changes))


async def said(db: Database) -> list[tuple[str | None, str | None]]:
    """Feedback and withholding of every notice, in the order queued."""
    return [(notice.feedback, notice.withheld) for notice in await all_notices(db)]


async def withheld(db: Database) -> list[NoticeWithheld]:
    return [event for event in await events_of(db) if isinstance(event, NoticeWithheld)]


async def test_a_notice_that_has_not_left_is_withheld_when_a_later_decision_supersedes_it(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db, agency=SCHOOL)
    await read(db, case_opened(), first(), second())
    sender = Script()

    await deliverer(db, clock, sender).deliver_due()

    older, newer = await all_notices(db)
    assert await said(db) == [(FEEDBACK, WithheldReason.SUPERSEDED), (OTHER_FEEDBACK, None)]
    assert older.superseded_by == newer.notice_id
    assert sender.ids == [newer.notice_id]
    assert [(event.notice_id, event.reason, event.channel) for event in await withheld(db)] == [
        (older.notice_id, WithheldReason.SUPERSEDED, None)
    ]
    assert sorted(row.state for row in await deliveries(db)) == ["delivered", "withheld"]


async def test_of_a_notice_that_has_left_by_one_channel_the_others_send_nothing_any_more(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db, agency=SCHOOL)
    await set_endpoint(db, agency=SCHOOL, channel=Channel.EMAIL, address="school@example.org", signing=None)
    await read(db, case_opened(), first())
    await deliverer(db, clock, PerChannel(Channel.WEBHOOK)).deliver_due()
    await read(db, second())
    clock.advance(timedelta(minutes=1))
    sender = Script()

    for _ in range(2):  # a failing endpoint is sent one notice at a time
        await deliverer(db, clock, sender).deliver_due()

    older, newer = await all_notices(db)
    assert (older.withheld, older.superseded_by) == (None, newer.notice_id)
    assert set(sender.ids) == {newer.notice_id}
    assert [(event.notice_id, event.channel) for event in await withheld(db)] == [(older.notice_id, Channel.EMAIL)]


async def test_a_notice_that_was_read_before_stays_and_says_that_it_no_longer_holds(
    db: Database, clock: SettableClock
) -> None:
    await read(db, case_opened(), first())
    (older,) = await all_notices(db)
    await opened(db, older.notice_id, system(SCHOOL), clock)

    await read(db, second())

    found = await all_notices(db)
    assert [notice.withheld for notice in found] == [None, None]
    assert found[0].superseded_by == found[1].notice_id


async def test_what_is_on_its_way_when_it_is_superseded_counts_as_sent(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db, agency=SCHOOL)
    await read(db, case_opened(), first())
    under_way, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Script):
        async def send(self, delivery: Delivery, *, now: Any) -> Receipt:
            under_way.set()
            await go_on.wait()
            return await super().send(delivery, now=now)

    sending = asyncio.create_task(deliverer(db, clock, Slow()).deliver_due())
    await under_way.wait()
    await read(db, second())
    go_on.set()
    await sending

    assert await withheld(db) == []
    assert [type(event) for event in await events_of(db)].count(NoticeDelivered) == 1


async def test_when_nothing_is_safe_to_say_of_the_later_decision_the_earlier_one_is_not_said_either(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db, agency=SCHOOL)
    await read(db, case_opened(), first(), second(referrer_feedback=None))
    sender = Script()

    await deliverer(db, clock, sender).deliver_due()

    assert sender.sent == []
    assert await said(db) == [(FEEDBACK, WithheldReason.SUPERSEDED), (None, WithheldReason.NOT_SAFE_TO_SAY)]


async def test_an_earlier_decision_that_is_read_after_the_later_one_is_not_said(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db, agency=SCHOOL)
    await read(db, case_opened(), second(), first())
    sender = Script()

    await deliverer(db, clock, sender).deliver_due()

    assert [delivery.notice.feedback for delivery in sender.sent] == [OTHER_FEEDBACK]
    assert await said(db) == [(OTHER_FEEDBACK, None), (FEEDBACK, WithheldReason.SUPERSEDED)]


async def test_of_three_decisions_read_in_any_order_the_newest_is_said(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db, agency=SCHOOL)
    third = second(
        decision_id=UUID(int=43),
        supersedes=UUID(int=42),
        decided_at=NOW + timedelta(hours=2),
        referrer_feedback=FEEDBACK,
    )
    await read(db, case_opened(), third, first(referrer_feedback=OTHER_FEEDBACK), second())
    sender = Script()

    await deliverer(db, clock, sender).deliver_due()

    assert [delivery.notice.feedback for delivery in sender.sent] == [FEEDBACK]


async def test_a_decision_for_another_child_supersedes_nothing(db: Database) -> None:
    await read(db, case_opened(), first(), second(child_id=UUID(int=33), supersedes=None))

    assert [notice.superseded_by for notice in await all_notices(db)] == [None, None]


async def test_what_was_superseded_no_longer_climbs(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db, agency=SCHOOL)
    await read(db, case_opened(), first())
    await deliverer(db, clock, Script([Receipt(DeliveryFailure.REFUSED, 550, final=True)])).deliver_due()
    await escalator(db, clock).escalate_due()

    await read(db, second())
    clock.advance(timedelta(days=30))

    assert await escalator(db, clock).escalate_due() == 0


# -- teams ------------------------------------------------------------------------------------------------------------


async def test_an_offer_that_was_withdrawn_before_it_left_is_not_sent(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db, agency="wandsworth-macpt")
    await read(db, case_opened(), handover_offered(), handover_withdrawn())
    sender = Script()

    await deliverer(db, clock, sender).deliver_due()

    assert [delivery.notice.kind for delivery in sender.sent] == [NoticeKind.HANDOVER_WITHDRAWN]


@pytest.mark.parametrize("news", [case_reopened(), case_informed()])
async def test_a_team_that_accepted_children_hears_of_news_and_once_for_what_it_has_not_read(
    db: Database, clock: SettableClock, news: Any
) -> None:
    await read(db, case_opened(), handover_offered(), handover_accepted())

    await read(db, news, case_informed())
    of_team = [each for each in await all_notices(db) if each.kind is NoticeKind.ACCEPTED_CASE_NEWS]
    await opened(db, of_team[0].notice_id, system("wandsworth-macpt"), clock)
    await read(db, case_informed())

    assert len(of_team) == 1
    again = [each for each in await all_notices(db) if each.kind is NoticeKind.ACCEPTED_CASE_NEWS]
    assert [(each.agency, each.about_id) for each in again] == [("wandsworth-macpt", case_opened().case_id)] * 2


async def test_a_team_that_was_only_offered_children_hears_nothing_of_news(db: Database) -> None:
    await read(db, case_opened(), handover_offered(), case_reopened())

    assert [each.kind for each in await all_notices(db)] == [NoticeKind.HANDOVER_OFFERED, NoticeKind.CASE_REOPENED]


async def test_a_team_hears_that_a_child_it_accepted_was_decided_again(db: Database) -> None:
    await read(db, case_opened(), handover_offered(), handover_accepted(), handover_superseded())

    (found,) = [each for each in await all_notices(db) if each.kind is NoticeKind.HANDOVER_SUPERSEDED]
    assert (found.agency, found.about_id, found.urgent, found.open_by is not None) == (
        "wandsworth-macpt",
        ABOUT,
        True,
        True,
    )


class PerChannel(Script):
    """A sender that reaches one channel and fails on the others."""

    def __init__(self, works: Channel) -> None:
        super().__init__()
        self.works = works

    async def send(self, delivery: Delivery, *, now: Any) -> Receipt:
        self.sent.append(delivery)
        return Receipt(status=200) if delivery.endpoint.channel is self.works else BROKEN

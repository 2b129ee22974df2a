"""Escalation and channels: what none delivers climbs at once, and each role is reached by channels of its own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from escalation_world import (
    HUB,
    REFUSED,
    SIX_HOURS,
    TWO_HOURS,
    calls,
    chains,
    escalations,
    hub_mailbox,
    opened,
    queued,
    staff,
    stages,
    system,
)
from notify_examples import clock_breached, referral_received
from notify_world import Script, deliverer, deliveries, escalator, events_of, read, set_endpoint

from agency_notify import decide
from agency_notify.model import Receipt
from chassis.db import Database
from chassis.testing.clock import SettableClock
from contracts.codes import Channel, DeliveryFailure, EscalationReason, NoticeKind, Rating
from contracts.events import Event, NoticeDelivered, NoticeEscalated, NoticeFailed, NoticeOpened, NoticeQueued

BROKEN = Receipt(DeliveryFailure.SERVER_ERROR, 500)


# -- what no channel delivers -----------------------------------------------------------------------------------------


async def test_when_the_last_channel_has_failed_the_named_role_is_notified_at_once(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db, agency="ashcroft-primary")
    late = await queued(db, referral_received())
    delivering = deliverer(db, clock, Script([BROKEN]))

    for _ in range(len(decide.ROUTINE_DELAYS) + 1):
        assert await delivering.deliver_due() == 1
        clock.advance(timedelta(days=2))
    assert await escalator(db, clock).escalate_due() == 1

    (failed,) = [
        each for each in await events_of(db) if isinstance(each, NoticeFailed) and each.channel is Channel.WEBHOOK
    ]
    (escalated,) = await escalations(db)
    (call,) = await calls(db)
    assert (failed.failure, failed.attempts) == (DeliveryFailure.ATTEMPTS_EXHAUSTED, 10)
    assert (escalated.notice_id, escalated.reason) == (late.notice_id, EscalationReason.UNDELIVERED)
    assert call.kind is NoticeKind.NOTICE_UNDELIVERED


async def test_when_the_last_two_channels_fail_at_the_same_moment_there_is_one_climb(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db, channel=Channel.EMAIL, address="duty@police.example.org", signing=None)
    await set_endpoint(db)
    await hub_mailbox(db)
    await queued(db)

    assert await deliverer(db, clock, Script([REFUSED])).deliver_due() == 2
    assert await escalator(db, clock).escalate_due() == 1

    kinds = [type(event) for event in await events_of(db)]
    assert (kinds.count(NoticeFailed), kinds.count(NoticeEscalated)) == (2, 1)


async def test_one_failed_channel_of_two_alarms_nobody_while_the_other_may_arrive(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db, channel=Channel.EMAIL, address="duty@police.example.org", signing=None)
    await set_endpoint(db)
    await queued(db)

    await deliverer(db, clock, Script([REFUSED, Receipt(status=200)])).deliver_due()

    assert {row.state for row in await deliveries(db)} == {"failed", "delivered"}
    assert await escalator(db, clock).escalate_due() == 0


async def test_without_any_endpoint_what_must_be_opened_climbs_at_once_and_everything_else_waits_in_the_inbox(
    db: Database, clock: SettableClock
) -> None:
    asked = await queued(db)
    await read(db, referral_received())

    assert await escalator(db, clock).escalate_due() == 1

    assert [each.notice_id for each in await escalations(db)] == [asked.notice_id]


async def test_an_escalation_notice_that_no_channel_delivers_goes_to_the_next_stage_at_once_but_never_from_the_last(
    db: Database, clock: SettableClock
) -> None:
    await hub_mailbox(db)
    await queued(db, clock_breached(tell=("social-worker",)))
    delivering = deliverer(db, clock, Script([Receipt(status=200), REFUSED]))
    await delivering.deliver_due()
    clock.advance(SIX_HOURS)

    for _ in range(12):
        await escalator(db, clock).escalate_due()
        await delivering.deliver_due()

    assert [role for _, role, _ in await stages(db)] == [
        "line-manager",
        "mash-manager",
        "head-of-service",
        "safeguarding-partner",
    ]
    assert len(await chains(db)) == 1
    clock.advance(timedelta(days=1))
    await escalator(db, clock).escalate_due()
    assert (await stages(db))[-1] == (5, "safeguarding-partner", 1)


async def test_an_escalation_that_ended_is_not_sent_any_more(db: Database, clock: SettableClock) -> None:
    await hub_mailbox(db)
    await set_endpoint(db)
    late = await queued(db)
    clock.advance(SIX_HOURS)
    await escalator(db, clock).escalate_due()
    await opened(db, late.notice_id, system(), clock)
    sender = Script()

    await deliverer(db, clock, sender).deliver_due()

    assert sender.ids == [late.notice_id]
    assert {row.channel: row.state for row in await deliveries(db)} == {"e-mail": "withheld", "webhook": "delivered"}


# -- channels of roles ------------------------------------------------------------------------------------------------


async def test_a_role_is_reached_by_channels_of_its_own_and_one_without_by_those_of_the_hub(
    db: Database, clock: SettableClock
) -> None:
    await set_endpoint(db)
    for address, role in (("hub@example.org", None), ("head@example.org", "head-of-service")):
        await set_endpoint(db, agency=HUB, channel=Channel.EMAIL, address=address, signing=None, role=role)
    await queued(db, rating=Rating.RED)
    sender = Script()
    delivering = deliverer(db, clock, sender)
    await delivering.deliver_due()

    for _ in range(2):
        clock.advance(TWO_HOURS)
        await escalator(db, clock).escalate_due()
        await delivering.deliver_due()

    sent = [(each.notice.roles, each.endpoint.address) for each in sender.sent if each.notice.escalates]
    assert sent == [(("mash-manager",), "hub@example.org"), (("head-of-service",), "head@example.org")]


async def test_a_clocks_notice_reaches_every_role_it_is_for_each_by_its_own_channels(
    db: Database, clock: SettableClock
) -> None:
    for role in (None, "mash-manager", "line-manager"):
        await set_endpoint(
            db, agency=HUB, channel=Channel.EMAIL, address=f"{role or 'hub'}@example.org", signing=None, role=role
        )
    sender = Script()
    await queued(db, clock_breached())

    await deliverer(db, clock, sender).deliver_due()

    assert sorted(each.endpoint.address for each in sender.sent) == ["hub@example.org", "mash-manager@example.org"]


async def test_it_is_said_to_be_delivered_and_seen_only_once_it_is(db: Database, clock: SettableClock) -> None:
    await hub_mailbox(db)
    await set_endpoint(db)
    await queued(db)
    clock.advance(SIX_HOURS)
    await escalator(db, clock).escalate_due()
    (call,) = await calls(db)

    def of_call(found: Sequence[Any]) -> list[type[Event]]:
        return [type(each) for each in found if each.notice_id == call.notice_id]

    assert of_call(await events_of(db)) == [NoticeQueued]
    await deliverer(db, clock, Script()).deliver_due()
    assert of_call(await events_of(db)) == [NoticeQueued, NoticeDelivered]
    await opened(db, call.notice_id, staff("mash-manager"), clock)
    assert of_call(await events_of(db)) == [NoticeQueued, NoticeDelivered, NoticeOpened]

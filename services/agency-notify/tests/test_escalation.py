"""A notice that does not arrive climbs the ladder until a person reacts: on a real database, by rows alone."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from escalation_world import HUB, acknowledged, calls, chains, escalations, opened, queued, staff, stages, system
from notify_examples import (
    ABOUT,
    CASE,
    NOW,
    PACKS,
    case_closed,
    case_decided,
    case_opened,
    case_rated,
    clock_breached,
    clock_warned,
    handover_accepted,
    handover_offered,
    handover_returned,
    handover_withdrawn,
    information_answered,
    information_requested,
    question_answered,
    question_asked,
    referral_received,
)
from notify_world import ALL_PACKS, Script, all_notices, deliverer, deliveries, escalator, events_of, read, set_endpoint
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from agency_notify import decide
from agency_notify.escalation import decide as climbing
from agency_notify.escalation.model import Climb, Due
from agency_notify.model import Receipt
from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from contracts.codes import Channel, DeliveryFailure, EscalationReason, NoticeKind, Rating
from contracts.events import (
    Event,
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeEscalated,
    NoticeFailed,
    NoticeOpened,
    NoticeQueued,
)
from policy.pack import Pack
from policy.packs import Packs

SIX_HOURS = timedelta(hours=6)  # of work: from Monday 10:00 it is Monday 16:00
TWO_HOURS = timedelta(hours=2)
BROKEN = Receipt(DeliveryFailure.SERVER_ERROR, 500)
REFUSED = Receipt(DeliveryFailure.REFUSED, 550, final=True)
GONE = Packs()


async def hub_mailbox(db: Database) -> None:
    await set_endpoint(db, agency=HUB, channel=Channel.EMAIL, address="hub@example.org", signing=None)


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


# -- what ends it -----------------------------------------------------------------------------------------------------


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


async def test_whoever_was_notified_earlier_may_still_end_it(db: Database, clock: SettableClock) -> None:
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


# -- many, at once, and after failures --------------------------------------------------------------------------------


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
    await migrate.downgrade(fresh_urls.owner_url, package="agency_notify", to="0001")
    async with owner.transaction() as tx:
        await tx.execute(
            text("INSERT INTO referral VALUES (:id, 'wandsworth', 'WAN-7K3M-Q9TD', 'ashcroft-primary')"), {"id": CASE}
        )
        for number, opened_at in ((1, None), (2, NOW)):
            await tx.execute(
                text(
                    "INSERT INTO notice (notice_id, caused_by, partnership, agency, kind, referral_id, reference,"
                    " about_id, urgent, queued_at, open_by, escalated_at, escalated_to, opened_at) VALUES (:id, :id,"
                    " 'wandsworth', 'metropolitan-police', 'information-requested', :case, 'WAN-7K3M-Q9TD', :case,"
                    " true, :now, :now, :now, 'mash-manager', :opened_at)"
                ),
                {"id": UUID(int=number), "case": CASE, "now": NOW, "opened_at": opened_at},
            )
    await migrate.upgrade(fresh_urls.owner_url, package="agency_notify")

    (chain,) = await chains(db)
    assert (chain.notice_id, chain.reason, chain.climb_at is not None) == (UUID(int=1), "unopened", True)
    await owner.close()
    await db.close()

"""Messages of many referrals, handled together: what each alone leaves, in as many statements as two need."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from test_line import lines
from triage_examples import NOW, received
from triage_world import World

from chassis.delivery.messages import Batched, Message
from chassis.testing.statements import counted
from contracts.codes import Channel, NoticeKind
from contracts.envelope import Envelope
from contracts.events import (
    ChildPlans,
    ChildReference,
    Event,
    NoticeDelivered,
    NoticeOpened,
    NoticeQueued,
    ReferralReceived,
)
from triage.errors import NotOneCase
from triage.subscriptions import subscriptions

LATER = NOW + timedelta(minutes=5)


def arrived(number: int, **changes: Any) -> ReferralReceived:
    """Referrals that differ in what becomes of them: children, plans, danger."""
    kids = [UUID(int=number * 1000 + place) for place in range(1, 2 + number % 3)]
    facts = {
        "referral_id": UUID(int=number * 1000),
        "reference": f"WAN-TEST-{number:04}",
        "children": tuple(ChildReference(child_id=one, unborn=number % 2 == 0) for one in kids),
        "plans": (ChildPlans(child_id=kids[0], plans=()),) if number % 4 == 0 else None,
        "immediate_danger": number % 5 == 0,
        "previous_referral_id": UUID(int=9) if number % 7 == 0 else None,
    }
    return received(**(facts | changes))


def about(number: int, kind: NoticeKind) -> dict[str, Any]:
    ids = {"notice_id": UUID(int=number * 1000 + 7), "referral_id": UUID(int=number * 1000)}
    return {**ids, "agency": "metropolitan-police", "kind": kind}


def queued(number: int, kind: NoticeKind = NoticeKind.HANDOVER_OFFERED) -> NoticeQueued:
    about_id = UUID(int=number * 1000 + 8)
    return NoticeQueued(**about(number, kind), about_id=about_id, channels=(Channel.INBOX,), queued_at=NOW)


def delivered(number: int) -> NoticeDelivered:
    of = about(number, NoticeKind.HANDOVER_OFFERED)
    return NoticeDelivered(**of, channel=Channel.WEBHOOK, attempts=1, delivered_at=NOW)


def opened(number: int) -> NoticeOpened:
    return NoticeOpened(**about(number, NoticeKind.HANDOVER_OFFERED), opened_by="somebody", opened_at=NOW)


def message(event: Event, *, partnership: str = "wandsworth", trace: str | None = None) -> Message:
    envelope = Envelope(
        id=UUID(int=event.correlation.int + 5),
        source="test",
        type=event.TYPE,
        subject=event.subject,
        time=NOW,
        sequence=1,
        partnership=partnership,
        correlation_id=event.correlation,
    )
    return Message(envelope, event.to_json(), "test.v1", 0, 0, event, trace)


async def together(world: World, messages: Sequence[Message], now: datetime = NOW) -> None:
    """Handle messages as the consumer does that found them in one round."""
    handler = subscriptions(world.dependencies).handlers[type(messages[0].event)]  # type: ignore[index]
    assert isinstance(handler, Batched)
    async with world.db.transaction() as tx:
        await handler.handle(tx, messages, now)


async def left(world: World, numbers: Sequence[int]) -> list[list[str]]:
    """All that is stored of each referral, without ids and reference."""
    found = []
    for number in numbers:
        rows: list[str] = []
        of = f"""SELECT case_id FROM "case" WHERE referral_id = '{UUID(int=number * 1000)}'"""
        for query in (
            f"SELECT to_jsonb(c) - '{{case_id,referral_id,reference}}'::text[] FROM \"case\" c WHERE case_id = ({of})",
            f"SELECT to_jsonb(c) - '{{case_id,child_id}}'::text[] FROM child c WHERE case_id = ({of}) ORDER BY place",
            f"SELECT to_jsonb(c) - '{{case_id,clock_id,about_id}}'::text[], c.about_id = c.case_id FROM clock c"
            f" WHERE case_id = ({of}) ORDER BY name",
            f"SELECT a.share, a.at, a.tell, a.sounded_at, c.name FROM alarm a JOIN clock c USING (clock_id)"
            f" WHERE a.case_id = ({of}) ORDER BY c.name, a.share",
            f"SELECT version, headers - '{{ce_correlationid,ce_causationid}}'::text[],"
            " convert_from(data, 'UTF8')::jsonb - '{case_id,referral_id,child_ids,reference}'::text[] FROM event"
            f" WHERE aggregate = 'case/' || ({of}) ORDER BY version",
        ):
            rows += [str(tuple(row)) for row in await world.rows(query)]
        found.append(rows)
    return found


async def test_referrals_that_arrive_together_leave_what_each_alone_leaves(world: World) -> None:
    """Compared with referrals that differ from them in their ids alone."""
    ahead = 420  # what becomes of a referral here depends on its number, which repeats after so many
    numbers, others = range(1, 13), range(1 + ahead, 13 + ahead)

    await together(world, [message(arrived(number)) for number in numbers])
    for number in others:
        await together(world, [message(arrived(number))])

    assert await left(world, numbers) == await left(world, others)
    assert len(await world.events("case.opened")) == 24


async def test_the_line_of_every_case_is_kept(world: World) -> None:
    await together(world, [message(arrived(number)) for number in range(1, 31)])

    found = await lines(world)

    assert len(found) == 30
    assert [kept for kept, _ in found] == [true for _, true in found]


async def test_a_referral_with_a_case_is_passed_over_among_others(world: World) -> None:
    await together(world, [message(arrived(2))])
    before = await left(world, [2])

    await together(world, [message(arrived(number)) for number in (1, 2, 3)])

    assert await left(world, [2]) == before
    assert len(await world.events("case.opened")) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        arrived(2, children=()),
        arrived(2, children=(ChildReference(child_id=UUID(int=1001), unborn=False),)),  # is in the first one's case
    ],
    ids=["no child", "a child of another case"],
)
async def test_one_wrong_referral_refuses_the_whole_group(world: World, wrong: ReferralReceived) -> None:
    with pytest.raises(NotOneCase):
        await together(world, [message(arrived(1)), message(wrong)])

    assert await world.rows('SELECT 1 FROM "case"') == []


async def test_each_case_is_in_the_partnership_and_the_trace_of_its_message(world: World) -> None:
    traces = {number: f"00-{number:032x}-{number:016x}-01" for number in (1, 2)}
    named = {1: "wandsworth", 2: "warwickshire"}

    await together(
        world, [message(arrived(number), partnership=named[number], trace=traces[number]) for number in (1, 2)]
    )

    rows = await world.rows("SELECT headers FROM event ORDER BY id")
    assert [row.headers["traceparent"] for row in rows] == list(traces.values())
    assert [row.headers["ce_partnership"] for row in rows] == list(named.values())
    cases = await world.rows('SELECT partnership FROM "case" ORDER BY referral_id')
    assert [row.partnership for row in cases] == list(named.values())


async def test_of_notices_only_what_is_asked_is_followed_and_the_first_time_stays(world: World) -> None:
    kinds = [NoticeKind.HANDOVER_OFFERED, NoticeKind.REFERRAL_RECEIVED, NoticeKind.INFORMATION_REQUESTED]
    await together(world, [message(queued(number, kind)) for number, kind in enumerate(kinds, start=1)])
    await together(world, [message(delivered(number)) for number in (1, 2)])
    later = [delivered(number).model_copy(update={"delivered_at": LATER}) for number in (1, 3)]

    await together(world, [message(event) for event in later])
    await together(world, [message(opened(number)) for number in (1, 2)])

    rows = await world.rows("SELECT delivered_at, opened_at FROM notice ORDER BY notice_id")
    assert [tuple(row) for row in rows] == [(NOW, NOW), (LATER, None)]


@pytest.mark.parametrize("make", [arrived, queued, delivered, opened])
async def test_statements_do_not_grow_with_the_messages(world: World, make: Callable[[int], Event]) -> None:
    sent = []
    for numbers in (range(1, 3), range(3, 63)):
        with counted(world.db) as statements:
            await together(world, [message(make(number)) for number in numbers])
        sent.append(len(statements))

    assert sent[0] == sent[1]

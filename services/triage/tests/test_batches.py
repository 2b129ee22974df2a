"""Messages of many referrals, handled together: what each alone leaves, in as many statements as two need."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from test_line import lines
from triage_examples import NOW, received, supplemented, withdrawn
from triage_world import World

from chassis.delivery.messages import Batched, Message
from chassis.testing.statements import counted
from contracts.codes import Channel, NoticeKind, SupplementKind
from contracts.envelope import Envelope
from contracts.events import (
    ChildPlans,
    ChildReference,
    EditionFacts,
    Event,
    NoticeDelivered,
    NoticeOpened,
    NoticeQueued,
    ReferralReceived,
)
from triage import store
from triage.errors import NoCaseYet, NotOneCase
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
            f" WHERE case_id = ({of}) ORDER BY name, started_at",
            f"SELECT a.share, a.at, a.tell, a.sounded_at, c.name FROM alarm a JOIN clock c USING (clock_id)"
            f" WHERE a.case_id = ({of}) ORDER BY c.name, c.started_at, a.share",
            f"SELECT to_jsonb(n) - '{{case_id,child_ids,about}}'::text[], cardinality(child_ids) FROM news n"
            f" WHERE case_id = ({of}) ORDER BY version",
            f"SELECT version, headers - '{{ce_correlationid,ce_causationid}}'::text[],"
            " convert_from(data, 'UTF8')::jsonb - '{case_id,referral_id,child_ids,reference,detail_url}'::text[]"
            f" FROM event WHERE aggregate = 'case/' || ({of}) ORDER BY version",
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


async def test_a_new_case_has_the_line_that_counting_gives_it(world: World) -> None:
    await together(world, [message(arrived(number)) for number in range(1, 13)])
    rows = 'SELECT * FROM "case" ORDER BY case_id'
    opened = await world.rows(rows)

    async with world.db.transaction() as tx:
        await store.keep_lines(tx, [row.case_id for row in opened])

    assert len(opened) == 12
    assert await world.rows(rows) == opened


def news(number: int, edition: int = 2) -> Event:
    """What senders say after a referral, which differs with its number."""
    of = {"referral_id": UUID(int=number * 1000), "edition": edition, "policy_version": "wandsworth-0123456789ab"}
    if number % 4 == 0:
        return withdrawn(**{name: value for name, value in of.items() if name != "policy_version"})
    said = arrived(number)
    if number % 4 == 1:  # another child, in danger
        new = ChildReference(child_id=UUID(int=number * 1000 + 20 + edition), unborn=False)
        return supplemented(**of, kind=SupplementKind.NEW_CHILD, children=(new,), immediate_danger=True)
    facts = EditionFacts(
        children=said.children, concern_types=(), immediate_danger=number % 4 == 2, previous_referral_id=None,
        plans=tuple(ChildPlans(child_id=one.child_id, plans=()) for one in said.children),
    )  # fmt: skip
    return supplemented(**of, kind=SupplementKind.CORRECTION, facts=facts)


async def open_cases(world: World, numbers: Sequence[int]) -> None:
    """Every third case is closed again."""
    await together(world, [message(arrived(number)) for number in numbers])
    closed = [str(UUID(int=number * 1000)) for number in numbers if number % 3 == 0]
    of_closed = """SELECT case_id FROM "case" WHERE referral_id = ANY(CAST(:closed AS uuid[]))"""
    async with world.db.transaction() as tx:
        for statement in (
            f"""UPDATE "case" SET closed_at = :now, closed_reason = 'decided' WHERE case_id IN ({of_closed})""",
            f"UPDATE clock SET stopped_at = :now WHERE case_id IN ({of_closed})",
        ):
            await tx.execute(text(statement), {"closed": closed, "now": NOW})


async def test_news_that_comes_together_leaves_what_each_alone_leaves(world: World) -> None:
    ahead = 420
    numbers, others = range(1, 25), range(1 + ahead, 25 + ahead)
    for some in (numbers, others):
        await open_cases(world, some)

    for edition in (2, 3):
        await together(world, [message(news(number, edition)) for number in numbers])
        for number in others:
            await together(world, [message(news(number, edition))])

    assert await left(world, numbers) == await left(world, others)
    assert len(await world.events("case.informed")) == 4 * len(numbers)
    assert len(await world.events("case.reopened")) == 2 * len([number for number in numbers if number % 3 == 0])
    assert all(kept == true for kept, true in await lines(world))


async def test_news_of_a_referral_without_a_case_refuses_the_whole_group(world: World) -> None:
    await open_cases(world, [1])

    with pytest.raises(NoCaseYet):
        await together(world, [message(news(1)), message(news(2))])

    assert await world.events("case.informed") == []


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
    assert await sent(world, make, range(1, 3)) == await sent(world, make, range(3, 63))


async def test_no_batch_reads_whole_tables_of_which_no_statistics_are_known(world: World) -> None:
    """A plan that is made when a table holds a page is kept by the connection while the table grows."""
    before, batch = await rows_read_in_whole(world), 8

    for first in range(1, 40 * batch, batch):
        await together(world, [message(arrived(number)) for number in range(first, first + batch)])

    assert await rows_read_in_whole(world) == before


async def rows_read_in_whole(world: World) -> dict[str, int]:
    """How many rows of each table were read by reading all of it."""
    await world.rows("SELECT pg_stat_force_next_flush()")
    rows = await world.rows("SELECT relname, seq_tup_read FROM pg_stat_user_tables")
    return {row.relname: row.seq_tup_read for row in rows}


async def test_statements_do_not_grow_with_the_news(world: World) -> None:
    """Of one case in each situation, and of many."""
    await open_cases(world, range(1, 97))

    assert await sent(world, news, range(1, 13)) == await sent(world, news, range(13, 97))


async def sent(world: World, make: Callable[[int], Event], numbers: Sequence[int]) -> int:
    """How many statements messages are handled with."""
    with counted(world.db) as statements:
        await together(world, [message(make(number)) for number in numbers])
    return len(statements)

"""Events of many referrals, read together: what each alone leads to, in as many statements as two lead to."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from notify_examples import (
    NOW,
    REFERRAL,
    case_closed,
    case_decided,
    case_informed,
    case_opened,
    case_rated,
    case_reopened,
    clock_warned,
    handover_accepted,
    handover_offered,
    handover_withdrawn,
    information_answered,
    information_requested,
    referral_received,
    referral_supplemented,
)
from notify_world import ALL_PACKS, all_notices, message, set_endpoint
from sqlalchemy import text

from agency_notify.errors import UnknownReferral
from agency_notify.model import Notice
from agency_notify.subscriptions import subscriptions
from chassis.db import Database
from chassis.delivery.messages import Batched, Message
from chassis.ids import RandomIds
from chassis.testing.statements import counted
from contracts.events import CaseDecided, Event, NoticeWithheld
from policy.packs import NotServed

Make = Callable[..., Event]


def again(**changes: Any) -> CaseDecided:
    facts = {"decision_id": UUID(int=42), "supersedes": UUID(int=4), "decided_at": NOW + timedelta(hours=1)}
    return case_decided(**(facts | {"supersedes_reason": "news-from-sender"} | changes))


ALL: Sequence[Make] = (
    referral_received,
    case_opened,
    case_rated,
    information_requested,
    clock_warned,
    information_answered,
    handover_accepted,
    case_informed,
    referral_supplemented,
    case_decided,
    again,
    handover_offered,
    handover_withdrawn,
    case_reopened,
    case_closed,
)
"""One referral's history, made of everything that reads or writes what is known of it."""


def of(number: int, make: Make) -> Event:
    """The event of an example, as the one of another referral: every id of it is another one."""
    return _elsewhere(make(), number)


def _elsewhere(event: Event, number: int) -> Event:
    changed = {name: _other(value, number) for name, value in event.__dict__.items()}
    return event.model_copy(update=changed)


def _other(value: Any, number: int) -> Any:
    if isinstance(value, UUID):
        return uuid5(value, str(number))
    return tuple(_other(one, number) for one in value) if isinstance(value, tuple) else value


async def together(db: Database, messages: Sequence[Message]) -> None:
    """Handle messages as the consumer does that found them in one round."""
    handler = subscriptions(ALL_PACKS, RandomIds()).handlers[type(referral_received())]
    assert isinstance(handler, Batched)
    async with db.transaction() as tx:
        await handler.handle(tx, messages, NOW)


async def alone(db: Database, messages: Sequence[Message]) -> None:
    for one in messages:
        await together(db, [one])


def shown(notice: Notice, ids: dict[UUID, Notice]) -> dict[str, Any]:
    """All of a notice but its number and random id."""
    by = ids.get(notice.superseded_by) if notice.superseded_by else None
    return asdict(replace(notice, notice_id=UUID(int=0), superseded_by=None)) | {"by": by and by.kind}


async def left(db: Database) -> list[Any]:
    """All that is stored, without random ids and numbers, by referral and kind."""
    found = {notice.notice_id: notice for notice in await all_notices(db)}
    rows = [str(sorted(shown(notice, found).items())) for notice in found.values()]
    async with db.transaction() as tx:
        for query in (
            "SELECT * FROM referral",
            "SELECT * FROM decision",
            "SELECT * FROM accepted_handover",
            "SELECT n.referral_id, n.kind, d.state, d.next_attempt_at, d.finished_at"
            " FROM delivery d JOIN notice n USING (notice_id)",
            "SELECT n.referral_id, n.kind, e.reason, e.ended_because FROM escalation e JOIN notice n USING (notice_id)",
            "SELECT convert_from(e.key, 'UTF8'), n.kind, e.version, e.headers - 'ce_causationid' AS headers"
            " FROM event e JOIN notice n ON e.aggregate = 'notice/' || n.notice_id",
        ):
            rows += [f"{query}: {tuple(row)}" for row in await tx.execute(text(query))]
    return sorted(rows)


async def test_events_of_many_referrals_leave_what_each_alone_leaves(db: Database, fresh_urls: Any) -> None:
    numbers = range(1, 5)
    other = Database.connect(fresh_urls.app_url)
    for each in (db, other):
        await set_endpoint(each, agency="ashcroft-primary", endpoint_id=UUID(int=71))

    for make in ALL:
        messages = [message(of(number, make)) for number in numbers]
        await together(db, messages)
        await alone(other, messages)

    found, expected = await left(db), await left(other)
    await other.close()
    assert found == expected
    assert len(await all_notices(db)) >= 10 * len(numbers), "the history leads to notices"


async def test_a_round_of_everything_leaves_what_each_alone_leaves(db: Database, fresh_urls: Any) -> None:
    """Every referral is at another place of its history."""
    other = Database.connect(fresh_urls.app_url)

    for ahead in range(len(ALL)):
        messages = [message(of(number, ALL[ahead - number])) for number in range(len(ALL)) if number <= ahead]
        await together(db, messages)
        await alone(other, messages)

    found, expected = await left(db), await left(other)
    await other.close()
    assert found == expected


@pytest.mark.parametrize("nth", range(len(ALL)), ids=[make.__name__ for make in ALL])
async def test_statements_do_not_grow_with_the_messages(db: Database, nth: int) -> None:
    await set_endpoint(db, agency="ashcroft-primary")
    for make in ALL[:nth]:
        await together(db, [message(of(number, make)) for number in range(1, 43)])

    sent = []
    for numbers in (range(1, 3), range(3, 43)):
        with counted(db) as statements:
            await together(db, [message(of(number, ALL[nth])) for number in numbers])
        sent.append(len(statements))

    assert sent[0] == sent[1]


async def test_one_referral_that_is_not_known_refuses_the_whole_group(db: Database) -> None:
    await together(db, [message(of(1, case_opened))])

    with pytest.raises(UnknownReferral):
        await together(db, [message(of(number, information_requested)) for number in (1, 2)])
    with pytest.raises(NotServed):
        await together(db, [message(referral_received()), message(of(3, referral_received), partnership="nowhere")])

    assert await all_notices(db) == []


async def test_notices_of_a_group_are_in_the_traces_of_their_messages(db: Database) -> None:
    traces = {number: f"00-{number:032x}-{number:016x}-01" for number in (1, 2)}
    opened = [message(of(number, case_opened)) for number in (1, 2)]
    decided = [replace(message(of(number, case_decided)), traceparent=traces[number]) for number in (1, 2)]
    later = [replace(message(of(number, again)), traceparent=traces[3 - number]) for number in (1, 2)]

    for messages in (opened, decided, later):
        await together(db, messages)

    query = "SELECT convert_from(key, 'UTF8') AS key, headers FROM event WHERE headers ->> 'ce_type' = :type"
    async with db.transaction() as tx:
        rows = (await tx.execute(text(query), {"type": NoticeWithheld.TYPE})).all()
    expected = {str(uuid5(REFERRAL, str(number))): traces[3 - number] for number in (1, 2)}
    assert {row.key: row.headers["traceparent"] for row in rows} == expected
    assert [notice.traceparent for notice in await all_notices(db)] == [traces[1], traces[2], traces[2], traces[1]]

"""A database that was restored from a backup reads again what it had read since: its notices keep their ids."""

from collections.abc import Awaitable, Callable

from notify_examples import case_decided, case_opened, handover_offered, information_requested, referral_received
from notify_world import ALL_PACKS, all_notices, message

from agency_notify.subscriptions import subscriptions
from chassis.db import Database
from chassis.delivery.messages import Message
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import START


async def ids_made_of(messages: list[Message], urls: DatabaseUrls) -> list[object]:
    """By a database that has read nothing before."""
    db, table = Database.connect(urls.app_url), subscriptions(ALL_PACKS, RandomIds())
    try:
        async with db.transaction() as tx:
            for each in messages:
                assert each.event is not None
                await table.handlers[type(each.event)](tx, each, START)
        return [(notice.notice_id, notice.kind, notice.agency) for notice in await all_notices(db)]
    finally:
        await db.close()


async def test_the_same_events_make_the_same_notices_and_others_make_others(
    copied_database: Callable[[str], Awaitable[DatabaseUrls]],
) -> None:
    made = [referral_received, case_opened, information_requested, case_decided, handover_offered]
    messages, others = ([message(make()) for make in made] for _ in range(2))
    first, again, of_others = [
        await ids_made_of(each, await copied_database("agency_notify")) for each in (messages, messages, others)
    ]

    assert len(set(first)) == len(first) > len(made) - 2
    assert set(again) == set(first)
    assert set(of_others).isdisjoint(first)

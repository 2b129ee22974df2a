"""Pushes that are due, notices nobody opened and endpoints that do not answer, as the alerts see them."""

from datetime import timedelta

import pytest
from escalation_world import opened, system
from notify_examples import case_opened, case_rated, information_requested
from notify_world import Script, deliverer, queue, read, set_endpoint

from agency_notify import gauges
from agency_notify.model import Receipt
from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.testing.shown import shown
from contracts.codes import Channel, DeliveryFailure, Rating, WithheldReason

BROKEN = Receipt(DeliveryFailure.SERVER_ERROR, 500)
TAKEN = Receipt(status=204)


async def measure(db: Database, clock: SettableClock) -> None:
    async with db.transaction() as tx:
        await gauges.measure(tx, clock.now())


def unreachable(agency: str) -> float | None:
    where = {"partnership": "wandsworth", "agency": agency, "role": "", "channel": "webhook"}
    return shown("endpoint_unreachable_seconds", **where)


async def test_an_endpoint_is_unreachable_since_its_first_failure_until_it_answers(
    db: Database, clock: SettableClock
) -> None:
    notice = await queue(db, information_requested(), channel=Channel.WEBHOOK)
    delivering = deliverer(db, clock, Script([BROKEN, BROKEN, TAKEN]))
    seen = []

    for _ in range(3):
        await delivering.deliver_due()
        clock.advance(timedelta(minutes=2))
        await measure(db, clock)
        seen.append(unreachable(notice.agency))

    assert seen == [120, 240, None]


async def test_an_address_that_is_gone_is_unreachable_until_it_is_set_again(db: Database, clock: SettableClock) -> None:
    notice = await queue(db, information_requested(), channel=Channel.WEBHOOK)
    await deliverer(db, clock, Script([Receipt(DeliveryFailure.GONE, 410, final=True)])).deliver_due()
    clock.advance(timedelta(hours=1))
    await measure(db, clock)
    gone = unreachable(notice.agency)

    await set_endpoint(db, agency=notice.agency, channel=Channel.WEBHOOK)
    await measure(db, clock)

    assert (gone, unreachable(notice.agency)) == (3600, None)


async def test_a_push_that_was_not_made_says_nothing_of_its_endpoint(db: Database, clock: SettableClock) -> None:
    notice = await queue(db, information_requested(), channel=Channel.WEBHOOK)
    await deliverer(db, clock, Script([BROKEN])).deliver_due()
    clock.advance(timedelta(minutes=2))

    await deliverer(db, clock, Script([Receipt(withheld=WithheldReason.SUPERSEDED)])).deliver_due()
    await measure(db, clock)

    assert unreachable(notice.agency) == 120


async def test_a_push_to_an_endpoint_that_answers_is_due_until_it_is_made(db: Database, clock: SettableClock) -> None:
    await queue(db, information_requested(), channel=Channel.WEBHOOK)
    clock.advance(timedelta(minutes=1))
    await measure(db, clock)
    before = shown("pushes_waiting", channel="webhook"), shown("oldest_due_push_seconds")

    await deliverer(db, clock, Script([TAKEN])).deliver_due()
    await measure(db, clock)

    assert before == (1, 60)
    assert (shown("pushes_waiting", channel="webhook"), shown("oldest_due_push_seconds")) == (None, 0)


@pytest.mark.parametrize("rating", [Rating.RED, Rating.GREEN])
async def test_a_notice_is_about_a_child_in_danger_while_its_case_is_red(
    db: Database, clock: SettableClock, rating: Rating
) -> None:
    await read(db, case_opened(), case_rated(rating=rating), information_requested())
    clock.advance(timedelta(minutes=16))

    await measure(db, clock)

    red = rating is Rating.RED
    assert (shown("notices_unopened"), shown("oldest_unopened_seconds")) == (1, 960)
    assert (shown("danger_notices_unopened"), shown("oldest_danger_unopened_seconds")) == (red, 960 * red)


async def test_a_notice_that_was_opened_waits_for_nobody(db: Database, clock: SettableClock) -> None:
    notice = await queue(db, information_requested())
    await opened(db, notice.notice_id, system(notice.agency), clock)

    await measure(db, clock)

    assert shown("notices_unopened") == 0


async def test_attempts_are_counted_by_agency_channel_and_outcome(db: Database, clock: SettableClock) -> None:
    notice = await queue(db, information_requested(), channel=Channel.WEBHOOK)
    labels = {"agency": notice.agency, "channel": "webhook", "outcome": "server-error"}
    before = shown("notice_attempts_total", **labels) or 0

    await deliverer(db, clock, Script([BROKEN])).deliver_due()

    assert shown("notice_attempts_total", **labels) == before + 1

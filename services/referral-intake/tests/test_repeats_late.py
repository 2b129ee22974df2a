"""Long after its marks are gone, a referral that is corrected is compared with the documents of earlier ones."""

import json
from datetime import timedelta
from typing import Any

import pytest
from intake_caller import Caller, sent
from intake_examples import NOW, form
from repeat_examples import NAME, ROWAN, previous_of, put_right
from sqlalchemy import text
from supplement_examples import id_of

from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from referral_intake import marking
from referral_intake.forgetting import forget_marks
from referral_intake.model import DatedMark, Mark


async def forgotten(caller: Caller, clock: SettableClock) -> None:
    stop = Stop()
    stop.set()
    await forget_marks(caller.db, clock, stop)
    assert await caller.count("repeat_mark") == 0


async def test_long_after_the_marks_are_gone_a_correction_and_its_undoing_are_followed(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]
    clock.advance(timedelta(days=30))
    await forgotten(caller, clock)

    await put_right(caller, second, NAME, "Robin", key="wrong")
    corrected = await previous_of(caller, second)
    await put_right(caller, second, NAME, "Rowan", key="undone")

    assert (corrected, await previous_of(caller, second)) == (None, str(id_of(first)))


async def test_long_after_the_marks_are_gone_a_correction_finds_what_the_referral_repeated_from_the_beginning(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=71))
    second = (await caller.post(form(children=[{**ROWAN, "first_name": "Robin"}]), key="second")).headers["location"]
    before = await previous_of(caller, second)
    clock.advance(timedelta(days=30))
    await forgotten(caller, clock)

    await put_right(caller, second, NAME, "Rowan", key="right")
    found = await previous_of(caller, second)
    await put_right(caller, second, NAME, "Robin", key="undone")

    assert (before, found, await previous_of(caller, second)) == (None, str(id_of(first)), None)
    assert await caller.count("repeat_mark") == 0


@pytest.mark.parametrize(
    ("hours", "agency", "name", "is_found"),
    [
        (71, "ashcroft-primary", "Rowan", True),
        (73, "ashcroft-primary", "Rowan", False),
        (71, "metropolitan-police", "Rowan", False),
        (71, "ashcroft-primary", "Alder", False),
    ],
)
async def test_a_late_correction_finds_only_what_the_same_agency_sent_of_the_same_child_in_the_72_hours_before(
    caller: Caller, clock: SettableClock, hours: int, agency: str, name: str, is_found: bool
) -> None:
    await caller.post(form(children=[{**ROWAN, "first_name": name}]), key="first", agency=agency)
    clock.advance(timedelta(hours=hours))
    path = (await caller.post(form(children=[{**ROWAN, "first_name": "Robin"}]), key="second")).headers["location"]
    await caller.post(form(children=[ROWAN]), key="later")
    clock.advance(timedelta(days=30))
    await forgotten(caller, clock)

    await put_right(caller, path, NAME, "Rowan", key="right")

    assert (await previous_of(caller, path) is not None) is is_found


async def test_of_many_earlier_referrals_a_late_correction_finds_the_latest_about_the_child(
    caller: Caller, clock: SettableClock
) -> None:
    found = []
    for number in range(120):
        child = ROWAN if number in (3, 15) else {**ROWAN, "first_name": "Alder"}
        answer = await caller.post(form(children=[child]), key=f"earlier-{number}")
        found += [answer.json()["referral_id"]] if child is ROWAN else []
        clock.advance(timedelta(minutes=number % 2))
    clock.advance(timedelta(minutes=1))
    path = (await caller.post(form(children=[{**ROWAN, "first_name": "Robin"}]), key="second")).headers["location"]
    clock.advance(timedelta(days=30))
    await forgotten(caller, clock)

    await put_right(caller, path, NAME, "Rowan", key="right")

    assert await previous_of(caller, path) == found[-1]


async def test_a_late_correction_passes_over_documents_that_are_destroyed_or_read_no_more(
    caller: Caller, clock: SettableClock, owner: Any
) -> None:
    earlier = []
    for number in range(3):
        earlier.append((await caller.post(form(children=[ROWAN]), key=f"earlier-{number}")).headers["location"])
        clock.advance(timedelta(hours=1))
    first, destroyed, unread = earlier
    path = (await caller.post(form(children=[{**ROWAN, "first_name": "Robin"}]), key="second")).headers["location"]
    clock.advance(timedelta(days=30))
    await forgotten(caller, clock)
    async with owner.begin() as tx:
        await tx.exec_driver_sql(f"DELETE FROM document WHERE referral_id = '{id_of(destroyed)}'")
        [content] = (
            await tx.exec_driver_sql(f"SELECT content FROM document WHERE referral_id = '{id_of(unread)}'")
        ).scalars()
        older = json.dumps({**json.loads(content), "referrer": {"fax": "1"}}).encode()
        query = text("UPDATE document SET content = :content WHERE referral_id = :referral_id")
        await tx.execute(query, {"content": older, "referral_id": id_of(unread)})

    await put_right(caller, path, NAME, "Rowan", key="right")

    assert await previous_of(caller, path) == str(id_of(first))


async def test_an_earlier_referral_that_cannot_be_compared_any_more_stays_the_one_that_is_repeated(
    caller: Caller, clock: SettableClock, owner: Any
) -> None:
    first = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]
    clock.advance(timedelta(days=30))
    await forgotten(caller, clock)
    async with owner.begin() as tx:
        await tx.exec_driver_sql(f"DELETE FROM document WHERE referral_id = '{id_of(first)}'")

    await put_right(caller, second, NAME, "Robin", key="wrong")

    assert await previous_of(caller, second) == str(id_of(first))


def test_a_document_of_a_form_that_is_read_no_more_cannot_be_compared() -> None:
    header = {"partnership": "wandsworth", "agency": "ashcroft-primary", "received_at": NOW.isoformat()}
    stored = json.dumps({**header, "referrer": {"fax": "1"}, "children": []}).encode()

    assert marking.recognises(stored, [DatedMark(Mark(bytes(32)), NOW)]) is None

"""Likely repeats follow editions: what a referral says now is recognised, and what it said by mistake is not."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from intake_caller import Caller, recorded, sent
from intake_examples import NOW, SENDER, form
from repeat_examples import ROWAN, about
from sqlalchemy import text
from supplement_examples import correction, id_of, new_child, news

from chassis.run.service import Service
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from referral_intake import marking, store
from referral_intake.edition import unsealed
from referral_intake.forgetting import forget_marks
from referral_intake.form import ReferralForm
from referral_intake.form.identities import identities_of
from referral_intake.model import DatedMark, Mark
from referral_intake.store import marks as marks_sql

ALDER = {"first_name": "Alder", "last_name": "Siblingtest", "date_of_birth": "2014-01-01"}
HAZEL = {
    "first_name": "Hazel",
    "last_name": "Siblingtest",
    "date_of_birth": "2018-01-01",
    "nhs_number": "9990000123",
}
NAME, SURNAME = "/children/0/first_name", "/children/0/last_name"


@pytest.fixture
def clock(service: Service) -> SettableClock:
    found = service.app.state.dependencies.clock
    assert isinstance(found, SettableClock)
    return found


async def repeated(caller: Caller, child: dict[str, Any], *, key: str) -> str | None:
    """Which referral one about this child is likely a repeat of."""
    answer = (await caller.post(about(**child), key=key)).json()
    return str(answer["likely_repeat_of"]["referral_id"]) if "likely_repeat_of" in answer else None


async def put_right(caller: Caller, path: str, pointer: str, value: Any, *, key: str) -> None:
    answer = await caller.add(path, correction(pointer, value), key=key)
    assert answer.status_code == 202, answer.text


async def previous_of(caller: Caller, path: str) -> str | None:
    """What its sender sees, which is what every service is notified of."""
    shown = (await caller.get(path)).json()["previous_referral_id"]
    [*_, latest] = [event for event in await recorded(caller) if event["referral_id"] == str(id_of(path))]
    assert latest.get("facts", latest)["previous_referral_id"] == shown
    return None if shown is None else str(shown)


async def test_a_sister_who_was_added_is_recognised_when_she_is_referred_alone(caller: Caller) -> None:
    path = await sent(caller, children=[ALDER])
    before = await repeated(caller, {**HAZEL, "nhs_number": "9990000026", "first_name": "Holly"}, key="another")
    await caller.add(path, new_child(**HAZEL))

    assert (before, await repeated(caller, HAZEL, key="alone")) == (None, str(id_of(path)))


async def test_a_corrected_name_is_recognised_and_the_wrong_one_is_not(caller: Caller) -> None:
    path = await sent(caller, children=[ROWAN])
    await put_right(caller, path, NAME, "Robin", key="right")

    assert await repeated(caller, {**ROWAN, "first_name": "Robin"}, key="right-name") == str(id_of(path))
    assert await repeated(caller, ROWAN, key="wrong-name") is None


async def test_a_correction_that_is_undone_is_as_if_there_had_been_none(caller: Caller) -> None:
    path = await sent(caller, children=[ROWAN])
    marks = await caller.rows("SELECT * FROM repeat_mark ORDER BY mark")
    await put_right(caller, path, NAME, "Robin", key="wrong")
    other = await caller.rows("SELECT * FROM repeat_mark ORDER BY mark")

    await put_right(caller, path, NAME, "Rowan", key="undone")

    assert await caller.rows("SELECT * FROM repeat_mark ORDER BY mark") == marks != other
    assert await repeated(caller, ROWAN, key="again") == str(id_of(path))


async def test_a_correction_shows_that_a_referral_is_a_repeat_and_another_that_it_is_none(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[{**ROWAN, "first_name": "Robin"}]), key="second")).headers["location"]
    before = await previous_of(caller, second)

    await put_right(caller, second, NAME, "Rowan", key="right")
    found = await previous_of(caller, second)
    await put_right(caller, second, SURNAME, "Otherwise", key="wrong-again")

    assert (before, found, await previous_of(caller, second)) == (None, str(id_of(first)), None)


async def test_a_number_that_is_put_right_bars_what_a_name_suggests_and_its_undoing_does_not(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[{**ROWAN, "nhs_number": "9990000018"}])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]
    before = await previous_of(caller, second)

    await put_right(caller, second, "/children/0/nhs_number", "9990000026", key="twin")
    twin = await previous_of(caller, second)
    await put_right(caller, second, "/children/0/nhs_number", None, key="undone")

    assert (before, twin, await previous_of(caller, second)) == (str(id_of(first)), None, str(id_of(first)))
    assert await repeated(caller, {**ROWAN, "nhs_number": "9990000018"}, key="third") == str(id_of(second))


async def test_what_leaves_the_children_as_they_are_leaves_the_repeat_as_it_is(caller: Caller) -> None:
    first = await sent(caller, children=[ROWAN])
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]

    await caller.add(second, news())
    await put_right(caller, second, "/children/0/sex", "M", key="sex")

    assert await previous_of(caller, second) == str(id_of(first))
    assert await previous_of(caller, first) is None


async def test_what_was_put_right_in_the_earlier_referral_is_seen_by_the_next_edition_of_the_later(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]
    await put_right(caller, first, NAME, "Robin", key="right")
    before = await previous_of(caller, second)

    await caller.add(second, news())

    assert (before, await previous_of(caller, second)) == (str(id_of(first)), None)


async def test_a_referral_of_later_is_not_what_an_earlier_one_repeats(caller: Caller, clock: SettableClock) -> None:
    first = await sent(caller, children=[ALDER])
    clock.advance(timedelta(hours=1))
    await caller.post(about(**HAZEL), key="alone")

    await caller.add(first, new_child(**HAZEL))

    assert await previous_of(caller, first) is None


async def test_each_child_is_recognised_for_72_hours_from_when_it_came_in(caller: Caller, clock: SettableClock) -> None:
    path = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=70))
    await caller.add(path, new_child(**HAZEL))
    clock.advance(timedelta(hours=3))

    assert await repeated(caller, HAZEL, key="sister") == str(id_of(path))
    assert await repeated(caller, ROWAN, key="first") is None


async def test_a_name_that_is_put_right_after_72_hours_makes_no_mark(caller: Caller, clock: SettableClock) -> None:
    path = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=73))

    await put_right(caller, path, NAME, "Robin", key="late")

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


async def test_a_child_that_is_being_added_is_recognised_by_a_referral_of_the_same_moment(caller: Caller) -> None:
    """It waits for the supplement's commit, as it would for another referral's."""
    path = await sent(caller, children=[ALDER])
    marks = marking.marks(SENDER, identities_of(ReferralForm.model_validate(about(**HAZEL))))
    new = [DatedMark(mark, NOW) for mark in marks]
    async with caller.db.transaction() as tx:
        await store.lock_marks(tx, new)
        await store.replace_marks(tx, id_of(path), old=[], new=new)

        alone = asyncio.create_task(repeated(caller, HAZEL, key="alone"))
        await until_somebody_waits(caller)

    assert await alone == str(id_of(path))


async def test_many_who_add_and_refer_one_child_at_the_same_moment_are_all_answered(caller: Caller) -> None:
    """The second waits for the first, and no two wait for each other."""
    answers = [await caller.post(form(children=[ALDER]), key=f"key-{number}") for number in range(6)]
    paths = [answer.headers["location"] for answer in answers]

    said = await asyncio.gather(
        *(caller.add(path, new_child(**HAZEL), key=f"add-{path}") for path in paths),
        *(caller.add(path, correction(NAME, "Hazel"), key=f"right-{path}") for path in paths),
        *(caller.post(about(**HAZEL), key=f"alone-{number}") for number in range(6)),
    )

    assert {answer.status_code for answer in said} == {202}
    marks = await caller.rows("SELECT referral_id, count(*) FROM repeat_mark GROUP BY referral_id")
    assert sorted(row.count for row in marks) == [2] * 6 + [3] * 6


async def test_marks_of_an_edition_are_those_of_its_children_with_the_moment_they_came(caller: Caller) -> None:
    path = await sent(caller, children=[ALDER])
    await caller.add(path, new_child(**HAZEL))
    await caller.add(path, new_child(**ALDER), key="twice")

    [row] = await caller.rows("SELECT content FROM document ORDER BY edition DESC LIMIT 1")
    found = marking.marks_of(unsealed(row.content))

    assert [dated.mark.place for dated in found] == [0, 1, 1, 2]
    assert {mark.since for mark in found} == {NOW}


async def forgotten(caller: Caller, clock: SettableClock) -> None:
    stop = Stop()
    stop.set()
    await forget_marks(caller.db, clock, stop)
    assert await caller.count("repeat_mark") == 0


async def until_somebody_waits(caller: Caller) -> None:
    waiting = """SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND datname = current_database()
                 WHERE locktype = 'advisory' AND NOT granted"""
    async with asyncio.timeout(10):
        while not await caller.rows(waiting):  # noqa: ASYNC110  # a database cannot be awaited
            await asyncio.sleep(0.01)


def test_a_document_of_a_form_that_is_read_no_more_cannot_be_compared() -> None:
    header = {"partnership": "wandsworth", "agency": "ashcroft-primary", "received_at": NOW.isoformat()}
    stored = json.dumps({**header, "referrer": {"fax": "1"}, "children": []}).encode()

    assert marking.recognises(stored, [DatedMark(Mark(bytes(32)), NOW)]) is None


async def test_looking_for_earlier_referrals_does_not_walk_through_those_that_are_not_alike(caller: Caller) -> None:
    await caller.post(about(**ALDER), key="alder")
    await caller.post(about(**HAZEL), key="hazel")
    async with caller.db.transaction() as tx:
        await tx.execute(text(_MANY_MORE))
        await tx.execute(text("ANALYZE referral, repeat_mark"))

    plan = await _plan_of_looking(caller)

    walked = [node for node in _nodes(plan) if node.get("Relation Name") in ("referral", "repeat_mark")]
    assert {node["Relation Name"] for node in walked} == {"referral", "repeat_mark"}
    assert all(node["Actual Rows"] <= 1 and not node.get("Rows Removed by Filter") for node in walked)


_MANY_MORE = """
    WITH more AS (
        INSERT INTO referral (referral_id, reference, partnership, agency, received_at, decision_expected_by,
                              immediate_danger, content_commitment)
        SELECT gen_random_uuid(), 'WAN-' || n, 'wandsworth', 'wandsworth-school', r.received_at - n * interval '1 s',
               r.received_at, false, r.content_commitment
        FROM generate_series(1, 3000) AS n CROSS JOIN (SELECT * FROM referral LIMIT 1) r
        RETURNING referral_id, received_at
    )
    INSERT INTO repeat_mark (mark, referral_id, received_at)
    SELECT sha256(convert_to(referral_id::text, 'UTF8')), referral_id, received_at FROM more
"""


async def _plan_of_looking(caller: Caller) -> dict[str, Any]:
    sought = DatedMark(Mark(b"n" * 32, 0, (None, None, None)), NOW)
    values = {"referral_id": UUID(int=1), "since": NOW - timedelta(days=3), "before": NOW + timedelta(days=1)}
    explain = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {marks_sql._EARLIER.text}")
    async with caller.db.transaction() as tx:
        row = (await tx.execute(explain, {**values, **marks_sql._values([sought])})).one()
    found: dict[str, Any] = row[0][0]["Plan"]
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)

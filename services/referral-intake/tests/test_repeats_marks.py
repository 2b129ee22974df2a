"""Marks of children: which an edition has, who waits for whom at the same moment, and how they are looked for."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from intake_caller import Caller, sent
from intake_examples import NOW, SENDER, form
from repeat_examples import ALDER, HAZEL, NAME, about, repeated
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from supplement_examples import correction, id_of, new_child

from referral_intake import marking, store
from referral_intake.edition import unsealed
from referral_intake.form import ReferralForm, facts_of
from referral_intake.form.identities import identities_of
from referral_intake.model import DatedMark, Mark
from referral_intake.store import marks as marks_sql


async def until_somebody_waits(caller: Caller) -> None:
    waiting = """SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND datname = current_database()
                 WHERE locktype = 'advisory' AND NOT granted"""
    async with asyncio.timeout(10):
        while not await caller.rows(waiting):  # noqa: ASYNC110  # a database cannot be awaited
            await asyncio.sleep(0.01)


async def test_a_child_that_is_being_added_is_recognised_by_a_referral_of_the_same_moment(caller: Caller) -> None:
    """It waits for the supplement's commit, as it would for another referral's."""
    path = await sent(caller, children=[ALDER])
    form = ReferralForm.model_validate(about(**HAZEL))
    marks = marking.marks(SENDER, identities_of(form, facts_of(form)))
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


async def test_looking_for_earlier_referrals_does_not_walk_through_those_that_are_not_alike(
    caller: Caller, owner: AsyncEngine
) -> None:
    await caller.post(about(**ALDER), key="alder")
    await caller.post(about(**HAZEL), key="hazel")
    async with owner.begin() as tx:
        await tx.execute(text(_MANY_MORE))
        await tx.execute(text("ANALYZE referral, repeat_mark"))  # as the owner: anyone else is merely warned
        counted = await tx.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'repeat_mark'"))
        assert counted.scalar_one() > 3000

    plan = await _plan_of_looking(caller)

    walked = [node for node in _nodes(plan) if node.get("Relation Name") in ("referral", "repeat_mark")]
    assert {node["Relation Name"] for node in walked} == {"referral", "repeat_mark"}
    assert all(node["Actual Rows"] <= 1 and not node.get("Rows Removed by Filter") for node in walked), walked


async def _count(owner: AsyncEngine) -> None:
    """Only the owner may: PostgreSQL merely warns anyone else."""
    async with owner.begin() as tx:
        await tx.execute(text("ANALYZE referral, repeat_mark"))
        counted = (await tx.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'repeat_mark'"))).scalar_one()
    assert counted > 0


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

"""Discarding: each version that is given up is recorded, and none is lost without a word."""

import json
from dataclasses import replace

import pytest
from delivery_examples import (
    DISCARD,
    OTHER,
    OTHER_CASE,
    OTHER_REFERRAL,
    REFERRAL,
    RELEASE,
    SUBJECT,
    chosen,
    of,
    query,
    recorded,
    resolutions,
    resolve,
    resolve_first,
)
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import requests, resolving
from chassis.delivery.requests import Act, EarlierWait, Filter
from chassis.testing.delivery import NOW, Reader, message
from contracts.problems import Conflict, NotFound

WITH_EARLIER = Act.discard(reason="looked into it", by="operator-1", with_earlier=True)


async def in_effect(db: Database) -> dict[str, int]:
    return dict(await query(db, "SELECT aggregate, version FROM applied"))


# -- one message ------------------------------------------------------------------------------------------------------


async def test_a_discard_gives_one_message_up_and_lets_the_rest_follow(reader: Reader) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1, 2))

    await resolve(reader, DISCARD, version=1)

    assert await reader.effects() == [(SUBJECT, 2)]
    assert await reader.parked() == []


async def test_a_discard_is_refused_while_earlier_versions_wait(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 5)}
    await reader.apply(*of(1, 2, 3, 4, 5, 6, 7))

    with pytest.raises(EarlierWait) as refused:
        await reader.request(DISCARD, await chosen(db, 7))

    ((first,),) = await query(db, "SELECT id FROM parked WHERE version = 5")
    assert f"Message {first}, version 5 of {SUBJECT} (and 1 more)" in refused.value.detail
    assert await resolutions(db) == [(5, None), (6, None), (7, None)]


async def test_with_the_earlier_versions_each_is_given_up_and_each_is_recorded(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 5)}
    await reader.apply(*of(1, 2, 3, 4, 5, 6, 7, 8))

    await resolve(reader, WITH_EARLIER, version=7)

    assert await reader.effects() == [(SUBJECT, version) for version in (1, 2, 3, 4, 8)]
    assert await resolutions(db) == [(5, "discarded"), (6, "discarded"), (7, "discarded"), (8, "applied")]
    assert [event_type for event_type, _ in await recorded(db)] == ["parked.discarded.v1"] * 3


async def test_a_discard_never_goes_past_a_version_that_has_not_come(reader: Reader, db: Database) -> None:
    await reader.apply(*of(1, 2, 3, 4, 6, 7))

    await resolve(reader, WITH_EARLIER, version=7)
    waited_for = await in_effect(db)
    await reader.apply(*of(5, 6, 7, 8))

    assert waited_for == {SUBJECT: 4}
    assert await reader.effects() == [(SUBJECT, version) for version in range(1, 9)]


async def test_an_operator_is_told_which_version_is_still_waited_for(reader: Reader, db: Database) -> None:
    await reader.apply(*of(1, 3))

    async with db.transaction() as tx:
        (named,) = await requests.choose(tx, await chosen(db, 3), DISCARD)

    assert (named["version"], named["waits_for"]) == (3, 2)


async def test_what_is_given_up_can_be_a_foreign_version_far_ahead(reader: Reader, db: Database) -> None:
    await reader.apply(*of(1, 2_000_000_000))

    await resolve(reader, DISCARD, version=2_000_000_000)
    await reader.apply(*of(2))

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]
    assert await reader.parked() == []


async def test_a_row_that_is_resolved_is_never_resolved_again(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1))
    async with db.transaction() as tx:  # as if another instance had been faster, between our look and our change
        (row,) = (await tx.execute(text("SELECT parked.*, 'discard' AS asked FROM parked"))).all()
        await tx.execute(text("UPDATE parked SET settled_at = '2026-01-01Z', settled_as = 'applied'"))
        await resolving._discard(tx, [row], now=NOW)

    assert await query(db, "SELECT settled_as, extract(year FROM settled_at)::int FROM parked") == [("applied", 2026)]
    assert await query(db, "SELECT extract(month FROM settled_at)::int FROM parked") == [(1,)]


async def test_what_an_operator_did_is_an_event(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1))

    await resolve(reader, DISCARD, version=1)

    ((topic, event_type, key),) = await query(db, "SELECT topic, headers ->> 'ce_type', key FROM event")
    assert (topic, event_type, key) == ("access.v1", "parked.discarded.v1", str(REFERRAL).encode())


async def test_what_a_stranger_wrote_does_not_get_into_the_event(reader: Reader, db: Database) -> None:
    await reader.apply(replace(of(1)[0], key=b"\xff", headers=(("ce_partnership", b"\\u0000 Mrs Testerley"),)))

    await resolve_first(reader, DISCARD)

    ((headers, data),) = await query(db, "SELECT headers::text, convert_from(data, 'UTF8') FROM event")
    assert json.loads(headers)["ce_partnership"] == "unknown"
    assert "Testerley" not in headers + data


async def test_asking_twice_or_for_nothing_is_refused(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1))
    one = await chosen(db, 1)

    await reader.request(RELEASE, one)
    with pytest.raises(Conflict):
        await reader.request(DISCARD, one)
    with pytest.raises(NotFound):
        await reader.request(RELEASE, Filter(id=(one.id or 0) + 100))
    await reader.resolve()
    await resolve(reader, DISCARD, version=1)
    with pytest.raises(Conflict):
        await reader.request(DISCARD, one)


# -- many -------------------------------------------------------------------------------------------------------------


async def test_all_of_a_reason_are_given_up_in_the_order_of_their_versions(reader: Reader, db: Database) -> None:
    garbage = [replace(of(1)[0], key=str(n).encode(), headers=()) for n in range(250)]
    reader.wrong = {(OTHER, 1)}
    await reader.apply(*garbage, message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL))

    await reader.request(DISCARD, Filter(reason="Invalid"))
    await reader.resolve()

    assert await reader.parked() == [(1, "Wrong")]
    assert len(await recorded(db)) == 250


async def test_everything_of_a_key_is_given_up(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 2), (OTHER, 1)}
    await reader.apply(*of(1, 2, 3, 4), message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL))

    await reader.request(DISCARD, Filter(key=str(REFERRAL)))
    await reader.resolve()

    assert await reader.parked() == [(1, "Wrong")]
    assert await in_effect(db) == {SUBJECT: 4}


async def test_many_are_refused_while_earlier_versions_are_not_among_them(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1, 2, 3))

    with pytest.raises(EarlierWait):
        await reader.request(DISCARD, Filter(reason="behind"))

    assert await query(db, "SELECT asked FROM parked WHERE asked IS NOT NULL") == []


async def test_a_dry_run_names_what_would_happen_and_changes_nothing(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1, 2, 3))

    async with db.transaction() as tx:
        named = await requests.choose(tx, Filter(reason="behind"), WITH_EARLIER)
    await reader.resolve()

    assert [(one["version"], one["earlier"]) for one in named] == [(1, True), (2, False), (3, False)]
    assert await reader.parked() == [(1, "Wrong"), (2, "behind"), (3, "behind")]

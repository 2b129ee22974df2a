"""Resolving: releases and discards in the order of versions, recorded, and never a version lost without a word."""

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import draining, requests, resolving
from chassis.delivery.failures import FIRST_PAUSE
from chassis.delivery.gaps import Gap, find_gaps
from chassis.delivery.messages import Record
from chassis.delivery.requests import Act, EarlierWait, Filter
from chassis.delivery.resolving import Resolver
from chassis.testing.delivery import NOW, Reader, message
from contracts.problems import Conflict, NotFound

CASE, REFERRAL = uuid.UUID(int=1), uuid.UUID(int=2)
OTHER_CASE, OTHER_REFERRAL = uuid.UUID(int=3), uuid.UUID(int=4)
SUBJECT, OTHER = f"case/{CASE}", f"case/{OTHER_CASE}"
RELEASE = Act.release(reason="looked into it", by="operator-1")
DISCARD = Act.discard(reason="looked into it", by="operator-1")
WITH_EARLIER = Act.discard(reason="looked into it", by="operator-1", with_earlier=True)


def of(*versions: int) -> list[Record]:
    return [message(CASE, version, referral_id=REFERRAL) for version in versions]


async def query(db: Database, sql: str) -> list[tuple[Any, ...]]:
    async with db.transaction() as tx:
        return [tuple(row) for row in await tx.execute(text(sql))]


async def chosen(db: Database, version: int) -> Filter:
    ((row_id,),) = await query(db, f"SELECT id FROM parked WHERE settled_at IS NULL AND version = {version}")
    return Filter(id=row_id)


async def resolve(reader: Reader, act: Act, version: int) -> None:
    """Ask as an operator does, and let the reader carry it out."""
    await reader.request(act, await chosen(reader.db, version))
    await reader.resolve()


async def resolutions(db: Database) -> list[tuple[int | None, str | None]]:
    return [
        (version, how)
        for version, how in await query(db, "SELECT version, settled_as FROM parked ORDER BY version, id")
    ]


async def recorded(db: Database) -> list[tuple[str, int]]:
    """Acts on record: their type, and the message they were about."""
    rows = await query(db, "SELECT headers ->> 'ce_type', convert_from(data, 'UTF8') FROM event ORDER BY id")
    return [(event_type, json.loads(data)["parked_id"]) for event_type, data in rows]


async def in_effect(db: Database) -> dict[str, int]:
    return dict(await query(db, "SELECT aggregate, version FROM applied"))


# -- release --------------------------------------------------------------------------------------------------------


async def test_a_release_tries_again_and_what_waited_behind_follows(reader: Reader) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1, 2, 3))

    reader.wrong = set()
    await resolve(reader, RELEASE, version=1)

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2), (SUBJECT, 3)]
    assert await reader.parked() == []


async def test_a_release_that_fails_leaves_everything_parked(reader: Reader) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1, 2))

    await resolve(reader, RELEASE, version=1)

    assert await reader.effects() == []
    assert await reader.parked() == [(1, "Wrong"), (2, "behind")]


async def test_a_release_of_what_waits_tries_what_it_waits_for(reader: Reader) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1, 2))

    reader.wrong = set()
    await resolve(reader, RELEASE, version=2)

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]


async def test_a_release_on_which_our_code_fails_does_not_come_again_for_ever(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1, 2))

    reader.wrong, reader.broken = set(), {(SUBJECT, 1): KeyError()}
    await resolve(reader, RELEASE, version=1)  # ends, although nothing was mended

    assert await reader.parked() == [(1, "KeyError"), (2, "behind")]
    assert await query(db, "SELECT asked FROM parked WHERE asked IS NOT NULL") == []
    assert [event_type for event_type, _ in await recorded(db)] == ["parked.released.v1"]


async def test_a_request_that_cannot_be_carried_out_is_given_back_and_others_are_not_held_up(
    reader: Reader, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = resolving.carry_out

    async def fails(tx: Any, rows: Any, **named: Any) -> None:
        if any(row.key == str(REFERRAL).encode() for row in rows):
            raise ZeroDivisionError
        await real(tx, rows, **named)

    monkeypatch.setattr(resolving, "carry_out", fails)
    reader.wrong = {(SUBJECT, 1), (OTHER, 1)}
    await reader.apply(*of(1), message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL))

    await reader.request(DISCARD, Filter(reason="Wrong"))
    await reader.resolve()

    assert await resolutions(db) == [(1, None), (1, "discarded")]
    assert await query(db, "SELECT asked FROM parked WHERE settled_at IS NULL") == [(None,)]


async def test_several_versions_of_one_claim_are_tried_one_after_the_other(reader: Reader, db: Database) -> None:
    forged = replace(of(1)[0], data=b"{}")
    await reader.apply(forged, *of(1, 2))

    await resolve_first(reader, DISCARD)

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]
    assert await resolutions(db) == [(1, "discarded"), (1, "applied"), (2, "applied")]


async def resolve_first(reader: Reader, act: Act) -> None:
    ((row_id,),) = await query(reader.db, "SELECT min(id) FROM parked WHERE settled_at IS NULL")
    await reader.request(act, Filter(id=row_id))
    await reader.resolve()


@pytest.mark.parametrize(("in_effect_before", "effects"), [(0, [1]), (1, [])])
async def test_what_an_earlier_edition_could_not_read_takes_its_place_when_it_is_released(
    reader: Reader, db: Database, in_effect_before: int, effects: list[int]
) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1))
    await query(db, "UPDATE parked SET aggregate = NULL, version = NULL, error_class = 'Invalid' RETURNING 1")
    await query(db, f"INSERT INTO applied VALUES ('{SUBJECT}', {in_effect_before}) RETURNING 1")

    reader.wrong = set()
    await resolve_first(reader, RELEASE)

    assert await reader.effects() == [(SUBJECT, version) for version in effects]
    assert await reader.parked() == []


async def test_what_could_not_be_read_and_waits_for_a_gap_names_its_aggregate(reader: Reader, db: Database) -> None:
    await reader.apply(*of(2))
    await query(db, "UPDATE parked SET aggregate = NULL, version = NULL, error_class = 'Invalid' RETURNING 1")

    await resolve_first(reader, RELEASE)
    named = await query(db, "SELECT aggregate, version, error_class FROM parked")
    await reader.apply(*of(1))

    assert named == [(SUBJECT, 2, "gap")]
    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]


# -- discard --------------------------------------------------------------------------------------------------------


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


# -- many -----------------------------------------------------------------------------------------------------------


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


# -- gaps and failures in one key -----------------------------------------------------------------------------------


async def test_a_failing_message_within_a_gap_is_held_and_its_owner_not_asked(reader: Reader, db: Database) -> None:
    one, two, three, four = of(1, 2, 3, 4)
    await reader.apply(one, three)
    reader.broken = {(SUBJECT, 2): ValueError()}

    await reader.apply(two, three, four)
    async with db.transaction() as tx:
        gaps = await find_gaps(tx)
    held = await reader.parked()
    reader.broken = {}
    reader.clock.advance(FIRST_PAUSE)
    await reader.resolve()

    assert held == [(3, "behind"), (2, "ValueError"), (4, "behind")]
    assert gaps == []
    assert await reader.effects() == [(SUBJECT, version) for version in (1, 2, 3, 4)]


async def test_a_gap_behind_a_failing_message_is_found_when_that_heals(reader: Reader, db: Database) -> None:
    reader.broken = {(SUBJECT, 1): ValueError()}
    await reader.apply(*of(1, 3))

    reader.broken = {}
    reader.clock.advance(FIRST_PAUSE)
    await reader.resolve()
    async with db.transaction() as tx:
        gaps = await find_gaps(tx)
    await reader.apply(*of(2))

    assert gaps == [Gap(SUBJECT, "triage", 1, since=NOW)]
    assert await reader.effects() == [(SUBJECT, version) for version in (1, 2, 3)]


async def test_what_arrives_after_a_gap_is_closed_follows_what_waited(reader: Reader) -> None:
    await reader.apply(*of(1, 3), message(OTHER_CASE, 1, referral_id=REFERRAL))

    await reader.apply(*of(2, 3, 4), message(OTHER_CASE, 2, referral_id=REFERRAL))

    assert await reader.effects() == [
        (SUBJECT, 1),
        (SUBJECT, 2),
        (SUBJECT, 3),
        (OTHER, 1),
        (SUBJECT, 4),
        (OTHER, 2),
    ]
    assert await reader.parked() == []


async def test_what_waits_for_nothing_is_woken(reader: Reader, db: Database) -> None:
    await reader.apply(*of(1, 3))
    await query(db, "UPDATE applied SET version = 2 RETURNING 1")  # the missing one came under another key

    async with db.transaction() as tx:
        await draining.wake(tx, now=reader.clock.now())
    await reader.resolve()

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 3)]


async def test_a_key_with_very_many_messages_is_drained_in_stretches(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "AT_ONCE", 7)
    reader.broken = {(SUBJECT, 1): ValueError()}
    await reader.apply(*of(*range(1, 31)))

    reader.broken = {}
    reader.clock.advance(FIRST_PAUSE)
    await reader.resolve()

    assert await reader.effects() == [(SUBJECT, version) for version in range(1, 31)]


async def test_only_what_is_in_the_partitions_that_are_read_is_worked_on(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 1)}
    await reader.apply(*of(1))
    await reader.request(DISCARD, await chosen(db, 1))

    waiting = await Resolver(db, reader.subscriptions, reader.clock, service="audit").look([1, 2])

    assert (waiting.requested, waiting.due) == (False, ())

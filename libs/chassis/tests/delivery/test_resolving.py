"""Resolving: what is released, or heals by itself, takes effect in the order of versions, and gaps are waited for."""

from dataclasses import replace
from typing import Any

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

from chassis.db import Database
from chassis.delivery import draining, resolving
from chassis.delivery.failures import FIRST_PAUSE
from chassis.delivery.gaps import Gap, find_gaps
from chassis.delivery.requests import Filter
from chassis.delivery.resolving import Resolver
from chassis.testing.delivery import NOW, Reader, message

# -- release ----------------------------------------------------------------------------------------------------------


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


# -- gaps and failures in one key -------------------------------------------------------------------------------------


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

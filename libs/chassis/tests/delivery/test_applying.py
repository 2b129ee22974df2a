"""Applying: exactly once, in order; what cannot take effect blocks its key and nothing else."""

from dataclasses import replace

import pytest
from delivery_examples import CASE, OTHER, OTHER_CASE, OTHER_REFERRAL, REFERRAL, SUBJECT
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import parking
from chassis.delivery.applying import Batch, Fenced, apply
from chassis.delivery.failures import Suspect
from chassis.delivery.gaps import Gap, find_gaps
from chassis.delivery.requests import Act, Filter
from chassis.testing.delivery import NOW, Reader, message


async def ids(db: Database) -> list[tuple[int, int | None]]:
    """Unresolved rows and their versions."""
    async with db.transaction() as tx:
        rows = await tx.execute(text("SELECT id, version FROM parked WHERE settled_at IS NULL ORDER BY id"))
        return [(row_id, version) for row_id, version in rows]


async def test_messages_take_effect_in_order(reader: Reader) -> None:
    await reader.apply(*(message(CASE, version, referral_id=REFERRAL) for version in (1, 2, 3)))

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2), (SUBJECT, 3)]


async def test_a_repeated_message_takes_effect_once_even_within_one_batch(reader: Reader) -> None:
    one, two = (message(CASE, version, referral_id=REFERRAL) for version in (1, 2))

    await reader.apply(one, one, two, one)
    await reader.apply(two, one)

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2)]
    assert await reader.parked() == []


async def test_a_batch_is_fenced_when_another_instance_moved_the_position(reader: Reader, db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE position SET next_offset = 7"))

    with pytest.raises(Fenced):
        await reader.apply(message(CASE, 1, referral_id=REFERRAL))

    assert await reader.effects() == []


async def test_two_instances_with_the_same_batch_make_one_effect(reader: Reader, db: Database) -> None:
    zombie = Reader(db)

    await reader.apply(message(CASE, 1, referral_id=REFERRAL))
    with pytest.raises(Fenced):
        await zombie.apply(message(CASE, 1, referral_id=REFERRAL))

    assert await reader.effects() == [(SUBJECT, 1)]


async def test_a_wrong_message_is_parked_and_blocks_its_key_only(reader: Reader) -> None:
    reader.wrong = {(SUBJECT, 2)}

    await reader.apply(
        *(message(CASE, version, referral_id=REFERRAL) for version in (1, 2, 3)),
        message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL),
    )

    assert await reader.effects() == [(SUBJECT, 1), (OTHER, 1)]
    assert await reader.parked() == [(2, "Wrong"), (3, parking.BEHIND)]


async def test_another_aggregate_of_a_blocked_referral_waits_too(reader: Reader) -> None:
    reader.wrong = {(SUBJECT, 1)}

    await reader.apply(message(CASE, 1, referral_id=REFERRAL))
    await reader.apply(message(OTHER_CASE, 1, referral_id=REFERRAL))

    assert await reader.effects() == []
    assert await reader.parked() == [(1, "Wrong"), (1, parking.BEHIND)]


async def test_a_message_that_is_no_event_is_parked_without_stopping_the_rest(reader: Reader) -> None:
    broken = message(CASE, 1, referral_id=REFERRAL, ce_sequence="many")

    await reader.apply(broken, message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL))

    assert await reader.effects() == [(OTHER, 1)]
    assert await reader.parked() == [(None, "Invalid")]


async def test_a_message_with_a_nul_is_parked_and_not_tried_for_ever(reader: Reader) -> None:
    whole = message(CASE, 1, referral_id=REFERRAL)
    holed = replace(whole, data=(whole.data or b"").replace(b"decided", rb"\u0000"))

    await reader.apply(holed)

    assert await reader.parked() == [(1, "Invalid")]


async def test_a_gap_parks_the_key_and_names_the_owner(reader: Reader, db: Database) -> None:
    await reader.apply(*(message(CASE, version, referral_id=REFERRAL) for version in (1, 3, 4)))

    async with db.transaction() as tx:
        [gap] = await find_gaps(tx)
    assert await reader.effects() == [(SUBJECT, 1)]
    assert await reader.parked() == [(3, parking.GAP), (4, parking.BEHIND)]
    assert gap == Gap(SUBJECT, "triage", 1, since=NOW)


async def test_a_gap_closes_by_itself_when_the_missing_version_comes(reader: Reader) -> None:
    await reader.apply(*(message(CASE, version, referral_id=REFERRAL) for version in (1, 3, 4)))

    await reader.apply(*(message(CASE, version, referral_id=REFERRAL) for version in (2, 3, 4, 5)))

    assert await reader.effects() == [(SUBJECT, version) for version in (1, 2, 3, 4, 5)]
    assert await reader.parked() == []


async def test_a_wrong_message_in_a_gap_can_be_released_and_the_rest_follows(reader: Reader, db: Database) -> None:
    reader.wrong = {(SUBJECT, 2)}
    await reader.apply(*(message(CASE, version, referral_id=REFERRAL) for version in (1, 3)))
    await reader.apply(message(CASE, 2, referral_id=REFERRAL))

    reader.wrong = set()
    (row_id, *_) = [row_id for row_id, version in await ids(db) if version == 2]
    await reader.request(Act.release(reason="looked into it", by="operator-1"), Filter(id=row_id))
    await reader.resolve()

    assert await reader.effects() == [(SUBJECT, 1), (SUBJECT, 2), (SUBJECT, 3)]
    assert await reader.parked() == []


async def test_a_failure_of_ours_leaves_nothing_of_the_batch(reader: Reader, db: Database) -> None:
    async def broken(*_: object) -> None:
        raise OSError

    batch = Batch([message(CASE, 1, referral_id=REFERRAL)], {("triage.v1", 0): 0}, {("triage.v1", 0): 1})
    subscriptions = type(reader.subscriptions)(reader.subscriptions.topics, {}, every=broken)

    with pytest.raises(Suspect):
        async with db.engine.begin() as tx:
            await apply(tx, batch, subscriptions, now=NOW, careful=False)

    async with db.transaction() as tx:
        assert await tx.scalar(text("SELECT next_offset FROM position")) == 0
        assert await tx.scalar(text("SELECT count(*) FROM applied")) == 0

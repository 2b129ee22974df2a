"""Too many wrong messages in a row mean the fault is ours: they are parked, reading halts, an operator resumes it."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import gauges, halts
from chassis.delivery.attempts import FLOOD, Ended
from chassis.delivery.halts import NotHalted
from chassis.delivery.messages import Record
from chassis.testing.delivery import NOW, Reader, message


def garbage(count: int) -> list[Record]:
    """Records of a stranger, each with a key of its own."""
    return [replace(good(), key=uuid.uuid4().bytes, headers=()) for _ in range(count)]


def good() -> Record:
    case_id = uuid.uuid4()
    return message(case_id, 1, referral_id=case_id)


async def stored(db: Database) -> list[tuple[int, dict[str, int]]]:
    async with db.transaction() as tx:
        return [(row.wrong, row.reasons) for row in await tx.execute(text("SELECT * FROM halt ORDER BY id"))]


async def test_what_was_wrong_is_parked_before_reading_halts_with_the_reasons(reader: Reader, db: Database) -> None:
    failing = [good() for _ in range(10)]
    reader.broken = {(f"case/{record.key.decode()}", 1): KeyError() for record in failing if record.key}

    ended = await reader.apply(*garbage(41), *failing)

    assert ended is Ended.HALTED
    assert len(await reader.parked()) == FLOOD + 1
    assert await stored(db) == [(FLOOD + 1, {"Invalid": 41, "KeyError": 10})]
    async with db.transaction() as tx:
        assert await tx.scalar(text("SELECT next_offset FROM position")) == FLOOD + 1


async def test_as_many_as_are_allowed_do_not_halt_it_and_one_good_message_starts_the_count_again(
    reader: Reader, db: Database
) -> None:
    assert await reader.apply(*garbage(FLOOD)) is Ended.APPLIED
    assert await reader.apply(good()) is Ended.APPLIED
    assert await reader.apply(*garbage(FLOOD)) is Ended.APPLIED
    assert await reader.apply(*garbage(1)) is Ended.HALTED
    assert await stored(db) == [(FLOOD + 1, {"Invalid": FLOOD + 1})]


async def test_what_waits_behind_a_wrong_message_is_not_counted(reader: Reader) -> None:
    case_id = uuid.uuid4()
    reader.wrong = {(f"case/{case_id}", 1)}
    many = [message(case_id, version, referral_id=case_id) for version in range(1, 2 * FLOOD)]

    assert await reader.apply(*many) is Ended.APPLIED


async def test_anyone_who_resumes_may_let_more_pass_until_one_is_good(reader: Reader) -> None:
    reader.attempts.tolerate(100)

    assert await reader.apply(*garbage(FLOOD + 100)) is Ended.APPLIED
    assert await reader.apply(good()) is Ended.APPLIED
    assert await reader.apply(*garbage(FLOOD + 1)) is Ended.HALTED


async def test_two_instances_that_halt_make_one_halt(db: Database) -> None:
    async with db.transaction() as tx:
        await halts.begin(tx, {"Invalid": 51}, now=NOW)
    async with db.transaction() as tx:
        await halts.begin(tx, {"Invalid": 60}, now=NOW)

    assert await stored(db) == [(51, {"Invalid": 51})]


async def test_resuming_ends_the_halt_and_there_has_to_be_one(db: Database) -> None:
    async with db.transaction() as tx:
        await halts.begin(tx, {"Invalid": 51}, now=NOW)

    async with db.transaction() as tx:
        ended = await halts.resume(tx, reason="mended", by="operator-1", tolerated=7, now=NOW)
        assert (ended.wrong, await halts.find(tx), await halts.tolerated(tx)) == (51, None, 7)
        with pytest.raises(NotHalted):
            await halts.resume(tx, reason="mended", by="operator-1", tolerated=0, now=NOW)


async def test_gauges_say_what_waits_for_operators(reader: Reader, db: Database) -> None:
    failing, gap = good(), uuid.uuid4()
    reader.broken = {(f"case/{(failing.key or b'').decode()}", 1): KeyError()}
    await reader.apply(failing, *garbage(3))
    reader.clock.advance(timedelta(seconds=60))
    await reader.apply(message(gap, 2, referral_id=gap))
    reader.clock.advance(timedelta(seconds=40))

    async with db.transaction() as tx:
        await gauges.measure(tx, now=reader.clock.now())
    shown = measured()
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE parked SET settled_at = now()"))
        await halts.begin(tx, {"Invalid": 51}, now=NOW)
        await gauges.measure(tx, now=reader.clock.now())

    assert shown == {
        'parked{reason="Invalid"}': 3,
        'parked{reason="KeyError"}': 1,
        'parked{reason="gap"}': 1,
        "oldest_blocked_seconds": 100,
        "failing_keys": 1,
        "wrong_keys": 3,
        "oldest_gap_seconds": 40,
        "reading_halted": 0,
    }
    assert measured() == {
        "oldest_blocked_seconds": 0,
        "failing_keys": 0,
        "wrong_keys": 0,
        "oldest_gap_seconds": 0,
        "reading_halted": 1,
    }


def measured() -> dict[str, float]:
    """The gauges as a scraper sees them."""
    shown: dict[str, float] = {}
    for gauge in (
        gauges.parked_gauge,
        gauges.oldest_blocked_gauge,
        gauges.failing_gauge,
        gauges.wrong_gauge,
        gauges.oldest_gap_gauge,
        gauges.halted_gauge,
    ):
        for family in gauge.collect():
            for sample in family.samples:
                labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
                name = sample.name.removeprefix("frontdoor_")
                shown[f"{name}{{{labels}}}" if labels else name] = sample.value
    return shown

"""Parking: whatever bytes arrive are kept whole, can be read by people, and can be given up."""

import json
import os
from dataclasses import replace
from typing import Any

import pytest
from delivery_examples import CASE, OTHER_CASE, OTHER_REFERRAL, REFERRAL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import parking, requests
from chassis.delivery.messages import Record
from chassis.delivery.parking import Why
from chassis.delivery.requests import Act, Filter
from chassis.testing.delivery import NOW, Reader, message
from contracts.bounds import INTEGER

GOOD = message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL)
PLAIN = message(CASE, 1, referral_id=REFERRAL)
DISCARD = Act.discard(reason="not one of ours", by="operator-1")


def with_header(name: str, value: bytes | None) -> Record:
    """A message whose header of that name, or one more header, holds the value."""
    others = tuple(pair for pair in PLAIN.headers if pair[0] != name)
    return replace(PLAIN, headers=(*others, (name, value)))


FOREIGN = {
    "no headers": replace(PLAIN, headers=()),
    "a header that says it is a NUL": with_header("ce_type", rb"\u0000"),
    "a header with a NUL": with_header("ce_type", b"case\x00closed"),
    "a header that is no text": with_header("ce_type", b"\xff\xfe"),
    "a header that is null": with_header("ce_type", None),
    "a surrogate": with_header("ce_type", b"\xed\xa0\x80"),
    "a name given twice": replace(PLAIN, headers=(*PLAIN.headers, ("ce_type", b"x"), ("ce_type", b"y"))),
    "a huge header": with_header("ce_type", os.urandom(700_000)),
    "many headers": replace(PLAIN, headers=tuple((f"h{n}", b"x") for n in range(20_000))),
    "a name with a NUL": replace(PLAIN, headers=(("\x00\u2028", b"x"),)),
    "no key": replace(PLAIN, key=None),
    "an empty key": replace(PLAIN, key=b""),
    "a key that is no text": replace(PLAIN, key=b"\xff\x00\\"),
    "a huge key": replace(PLAIN, key=os.urandom(200_000)),
    "no value": replace(PLAIN, data=None),
    "an empty value": replace(PLAIN, data=b""),
    "a value that is no text": replace(PLAIN, data=b"\xff\x00"),
    "deep nesting": replace(PLAIN, data=b"[" * 200_000),
    "a version beyond the column": with_header("ce_sequence", str(2**40).encode()),
    "a version beyond every number": with_header("ce_sequence", b"9" * 5000),
    "a version just beyond": with_header("ce_sequence", str(INTEGER + 1).encode()),
    "a version of none": with_header("ce_sequence", b"0"),
    "an absurd time": with_header("ce_time", b"999999-01-01T00:00:00Z"),
    "an aggregate with a NUL": with_header("ce_subject", b"case/\x00"),
}


@pytest.mark.parametrize("record", FOREIGN.values(), ids=FOREIGN)
async def test_foreign_bytes_are_parked_whole_and_can_be_given_up(reader: Reader, db: Database, record: Record) -> None:
    await reader.apply(record, GOOD)

    (kept,) = await unresolved(db)
    assert replace(parking.record_of(kept), offset=0) == record
    assert await reader.effects() == [(f"case/{OTHER_CASE}", 1)]
    async with db.transaction() as tx:
        (listed,) = await requests.list_parked(tx)
        assert listed["state"] == "parked"
        assert json.dumps(await requests.show(tx, kept.id), default=str)
    await reader.request(DISCARD, Filter(id=kept.id))
    await reader.resolve()
    assert await unresolved(db) == []


@pytest.mark.parametrize("record", FOREIGN.values(), ids=FOREIGN)
async def test_foreign_bytes_can_be_held_when_nothing_else_can_be_done(
    reader: Reader, db: Database, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when even a transaction of its own fails: then nothing of the record may be looked at any more."""
    real = reader.attempts._once

    async def fails(batch: Any, *, careful: bool) -> Any:
        if record in [replace(each, offset=0) for each in batch.records]:
            raise ValueError
        return await real(batch, careful=careful)

    monkeypatch.setattr(reader.attempts, "_once", fails)

    await reader.apply(record, GOOD)

    (kept,) = await unresolved(db)
    assert replace(parking.record_of(kept), offset=0) == record
    assert kept.error_class == "ValueError"
    assert await reader.effects() == [(f"case/{OTHER_CASE}", 1)]


async def unresolved(db: Database) -> list[Any]:
    async with db.transaction() as tx:
        return list(await tx.execute(text("SELECT * FROM parked WHERE settled_at IS NULL ORDER BY id")))


names = st.text(max_size=20)
values = st.none() | st.binary(max_size=60) | st.text(max_size=20).map(lambda said: said.encode())
records = st.builds(
    Record,
    topic=st.just("triage.v1"),
    partition=st.integers(0, 11),
    offset=st.integers(0, 2**63 - 1),
    key=st.none() | st.binary(max_size=60),
    headers=st.lists(st.tuples(names, values), max_size=5).map(tuple),
    data=st.none() | st.binary(max_size=200),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records)
async def test_any_bytes_at_all_are_kept_and_read_again(db: Database, record: Record) -> None:
    async with db.engine.connect() as tx:
        await parking.park(tx, record, None, why=Why("Invalid"), now=NOW)
        row = (await tx.execute(text("SELECT * FROM parked ORDER BY id DESC LIMIT 1"))).one()
        await tx.rollback()

    assert parking.record_of(row) == record


async def test_a_copy_of_what_is_parked_is_dropped_and_another_claim_to_its_version_is_not(
    reader: Reader, db: Database
) -> None:
    reader.wrong = {(f"case/{CASE}", 1)}
    forged = replace(message(CASE, 1, referral_id=REFERRAL), data=b"{}")

    await reader.apply(PLAIN, PLAIN, forged, forged)

    assert [row.data for row in await unresolved(db)] == [PLAIN.data, b"{}"]


async def test_another_record_at_the_same_place_of_a_topic_made_again_is_not_lost(reader: Reader, db: Database) -> None:
    await reader.apply(with_header("ce_type", b"first"))
    reader.offset = 0
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE position SET next_offset = 0"))

    await reader.apply(with_header("ce_type", b"second"))

    assert len(await unresolved(db)) == 2


async def test_what_the_first_edition_parked_is_still_read(reader: Reader, db: Database) -> None:
    reader.wrong = {(f"case/{CASE}", 1)}
    await reader.apply(PLAIN)
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE parked SET raw_headers = NULL"))

    reader.wrong = set()
    (row,) = await unresolved(db)
    await reader.request(Act.release(reason="mended", by="operator-1"), Filter(id=row.id))
    await reader.resolve()

    assert await reader.effects() == [(f"case/{CASE}", 1)]


async def test_one_message_is_shown_with_codes_alone(reader: Reader, db: Database) -> None:
    await reader.apply(with_header("ce_partnership", b"Mrs Testerley of 12 Example Street"))
    (row,) = await unresolved(db)

    async with db.transaction() as tx:
        shown = await requests.show(tx, row.id)

    assert "Testerley" not in json.dumps(shown, default=str)
    assert shown["headers"]["ce_type"] == "case.closed.v1"
    assert shown["data_bytes"] == len(PLAIN.data or b"")

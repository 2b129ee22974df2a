"""Accepting on a real database: what is written, for whom, and what a race leaves behind."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from intake_examples import CHILD, FACTS, SENDER, UNBORN, acceptance, accepted, received
from sqlalchemy import text

from chassis.db import Database
from referral_intake.accepting.handlers import accept
from referral_intake.errors import KeyReused, StillRunning
from referral_intake.model import Answer


async def rows(db: Database, query: str) -> Sequence[Any]:
    async with db.transaction() as tx:
        return (await tx.execute(text(query))).all()


async def counts(db: Database) -> dict[str, int]:
    tables = ("referral", "child", "document", "idempotency", "event")
    return {table: (await rows(db, f"SELECT count(*) FROM {table}"))[0][0] for table in tables}


async def test_accepting_writes_the_referral_its_children_document_key_and_event_together(db: Database) -> None:
    two = replace(acceptance(7), received=received(replace(FACTS, children=(CHILD, UNBORN)), number=7))

    answers = await accepted(db, two)

    assert answers == [Answer(UUID(int=7), b'{"number":7}')]
    assert await counts(db) == {"referral": 1, "child": 2, "document": 1, "idempotency": 1, "event": 1}
    assert await rows(db, "SELECT place, unborn FROM child ORDER BY place") == [(0, False), (1, True)]


async def test_the_event_goes_to_the_outbox_with_the_requests_own_trace(db: Database) -> None:
    traces = [f"00-{number:032x}-{number:016x}-01" for number in (1, 2)]

    await accepted(db, *(replace(acceptance(n), traceparent=trace) for n, trace in zip((1, 2), traces, strict=True)))

    found = await rows(db, "SELECT aggregate, version, topic, key, headers, published_at FROM event ORDER BY id")
    assert [row.aggregate for row in found] == [f"referral/{UUID(int=1)}", f"referral/{UUID(int=2)}"]
    assert [row.headers["traceparent"] for row in found] == traces
    assert {row.headers["ce_source"] for row in found} == {"referral-intake"}
    assert {row.headers["ce_partnership"] for row in found} == {"wandsworth"}
    assert {(row.version, row.topic, row.published_at) for row in found} == {(1, "referral-intake.v1", None)}
    assert found[0].key == str(UUID(int=1)).encode()


async def test_the_same_key_and_request_get_the_first_answer_again(db: Database) -> None:
    first = await accepted(db, acceptance(1, key="same"))

    again = await accepted(db, acceptance(2, key="same"))

    assert again == first
    assert (await counts(db))["referral"] == (await counts(db))["event"] == 1


async def test_the_same_key_for_another_request_is_refused(db: Database) -> None:
    await accepted(db, acceptance(1, key="same", words="one"))

    answers = await accepted(db, acceptance(2, key="same", words="another"))

    assert isinstance(answers[0], KeyReused)
    assert (await counts(db))["referral"] == 1


async def test_the_same_key_of_another_client_is_another_key(db: Database) -> None:
    other = replace(acceptance(2, key="same"), sender=replace(SENDER, client_id="wandsworth-police"))

    await accepted(db, acceptance(1, key="same"))
    answers = await accepted(db, other)

    assert answers == [Answer(UUID(int=2), b'{"number":2}')]


async def test_equal_keys_in_one_batch_make_one_referral(db: Database) -> None:
    batch = [acceptance(1, key="same"), acceptance(2, key="same"), acceptance(3, key="same", words="another")]

    answers = await accepted(db, *batch, acceptance(4))

    assert answers[0] == answers[1] == Answer(UUID(int=1), b'{"number":1}')
    assert isinstance(answers[2], KeyReused)
    assert answers[3] == Answer(UUID(int=4), b'{"number":4}')
    assert (await counts(db))["referral"] == 2


async def test_a_key_that_another_transaction_works_on_is_still_running_and_holds_nobody_up(db: Database) -> None:
    async with db.driver_transaction() as running:
        await accept(running, [acceptance(1, key="same")])

        async with asyncio.timeout(5):
            meanwhile = await accepted(db, acceptance(2, key="same"), acceptance(3))

    assert isinstance(meanwhile[0], StillRunning)
    assert meanwhile[1] == Answer(UUID(int=3), b'{"number":3}')
    assert await accepted(db, acceptance(4, key="same")) == [Answer(UUID(int=1), b'{"number":1}')]


async def test_a_key_whose_transaction_was_rolled_back_is_free_again(db: Database) -> None:
    async def abandoned() -> None:
        async with db.driver_transaction() as tx:
            await accept(tx, [acceptance(1, key="same")])
            raise LookupError

    with pytest.raises(LookupError):
        await abandoned()

    assert await accepted(db, acceptance(2, key="same")) == [Answer(UUID(int=2), b'{"number":2}')]

"""Accepting and looking on a real database: what is written, for whom, and what a race leaves behind."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from intake_examples import CHILD, FACTS, NOW, SENDER, UNBORN, acceptance, planted, received
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.web.auth import Principal
from contracts.codes import ActorKind, Purpose
from contracts.problems import Problem
from referral_intake import document, handlers
from referral_intake.errors import KeyReused, NoSuchReferral, StillRunning
from referral_intake.model import Acceptance, Answer, Document
from referral_intake.tables import metadata

PARTNER = Principal(
    subject="subject-1",
    kind=ActorKind.PARTNER,
    agency=SENDER.agency,
    partnership=SENDER.partnership,
    roles=frozenset({"partner"}),
    client_id=SENDER.client_id,
)
SOCIAL_WORKER = replace(PARTNER, kind=ActorKind.PERSON, agency="wandsworth-mash", roles=frozenset({"social-worker"}))


async def accept(db: Database, *acceptances: Acceptance) -> list[Answer | Problem]:
    async with db.driver_transaction() as tx:
        return await handlers.accept(tx, acceptances)


async def rows(db: Database, query: str) -> Sequence[Any]:
    async with db.transaction() as tx:
        return (await tx.execute(text(query))).all()


async def counts(db: Database) -> dict[str, int]:
    tables = ("referral", "child", "document", "idempotency", "event")
    return {table: (await rows(db, f"SELECT count(*) FROM {table}"))[0][0] for table in tables}


async def test_the_migrated_database_is_what_the_tables_say(urls: DatabaseUrls) -> None:
    assert await migrate.differences(urls.owner_url, metadata) == []


async def test_every_migration_has_a_way_back(postgres: str, migrated_database: Any) -> None:
    fresh = await migrated_database("referral_intake")

    await migrate.downgrade(fresh.owner_url, package="referral_intake")
    await migrate.upgrade(fresh.owner_url, package="referral_intake")

    assert await migrate.differences(fresh.owner_url, metadata) == []


async def test_going_back_loses_nothing_that_somebody_added(postgres: str, migrated_database: Any) -> None:
    fresh: DatabaseUrls = await migrated_database("referral_intake")
    async with AsyncExitStack() as stack:
        database = Database.connect(fresh.app_url)
        stack.push_async_callback(database.close)
        await accept(database, acceptance(1))
        await rows(database, "INSERT INTO document SELECT referral_id, salt, content, 2 FROM document RETURNING 2")

        with pytest.raises(IntegrityError):
            await migrate.downgrade(fresh.owner_url, package="referral_intake")

        kept = await rows(database, "SELECT edition FROM document ORDER BY edition")
    assert [row.edition for row in kept] == [1, 2]
    assert await migrate.differences(fresh.owner_url, metadata) == []


async def test_accepting_writes_the_referral_its_children_document_key_and_event_together(db: Database) -> None:
    two = replace(acceptance(7), received=received(replace(FACTS, children=(CHILD, UNBORN)), number=7))

    answers = await accept(db, two)

    assert answers == [Answer(UUID(int=7), b'{"number":7}')]
    assert await counts(db) == {"referral": 1, "child": 2, "document": 1, "idempotency": 1, "event": 1}
    assert await rows(db, "SELECT place, unborn FROM child ORDER BY place") == [(0, False), (1, True)]


async def test_the_event_goes_to_the_outbox_with_the_requests_own_trace(db: Database) -> None:
    traces = [f"00-{number:032x}-{number:016x}-01" for number in (1, 2)]

    await accept(db, *(replace(acceptance(n), traceparent=trace) for n, trace in zip((1, 2), traces, strict=True)))

    found = await rows(db, "SELECT aggregate, version, topic, key, headers, published_at FROM event ORDER BY id")
    assert [row.aggregate for row in found] == [f"referral/{UUID(int=1)}", f"referral/{UUID(int=2)}"]
    assert [row.headers["traceparent"] for row in found] == traces
    assert {row.headers["ce_source"] for row in found} == {"referral-intake"}
    assert {row.headers["ce_partnership"] for row in found} == {"wandsworth"}
    assert {(row.version, row.topic, row.published_at) for row in found} == {(1, "referral-intake.v1", None)}
    assert found[0].key == str(UUID(int=1)).encode()


async def test_the_same_key_and_request_get_the_first_answer_again(db: Database) -> None:
    first = await accept(db, acceptance(1, key="same"))

    again = await accept(db, acceptance(2, key="same"))

    assert again == first
    assert (await counts(db))["referral"] == (await counts(db))["event"] == 1


async def test_the_same_key_for_another_request_is_refused(db: Database) -> None:
    await accept(db, acceptance(1, key="same", words="one"))

    answers = await accept(db, acceptance(2, key="same", words="another"))

    assert isinstance(answers[0], KeyReused)
    assert (await counts(db))["referral"] == 1


async def test_the_same_key_of_another_client_is_another_key(db: Database) -> None:
    other = replace(acceptance(2, key="same"), sender=replace(SENDER, client_id="wandsworth-police"))

    await accept(db, acceptance(1, key="same"))
    answers = await accept(db, other)

    assert answers == [Answer(UUID(int=2), b'{"number":2}')]


async def test_equal_keys_in_one_batch_make_one_referral(db: Database) -> None:
    batch = [acceptance(1, key="same"), acceptance(2, key="same"), acceptance(3, key="same", words="another")]

    answers = await accept(db, *batch, acceptance(4))

    assert answers[0] == answers[1] == Answer(UUID(int=1), b'{"number":1}')
    assert isinstance(answers[2], KeyReused)
    assert answers[3] == Answer(UUID(int=4), b'{"number":4}')
    assert (await counts(db))["referral"] == 2


async def test_a_key_that_another_transaction_works_on_is_still_running_and_holds_nobody_up(db: Database) -> None:
    async with db.driver_transaction() as running:
        await handlers.accept(running, [acceptance(1, key="same")])

        async with asyncio.timeout(5):
            meanwhile = await accept(db, acceptance(2, key="same"), acceptance(3))

    assert isinstance(meanwhile[0], StillRunning)
    assert meanwhile[1] == Answer(UUID(int=3), b'{"number":3}')
    assert await accept(db, acceptance(4, key="same")) == [Answer(UUID(int=1), b'{"number":1}')]


async def test_a_key_whose_transaction_was_rolled_back_is_free_again(db: Database) -> None:
    async def abandoned() -> None:
        async with db.driver_transaction() as tx:
            await handlers.accept(tx, [acceptance(1, key="same")])
            raise LookupError

    with pytest.raises(LookupError):
        await abandoned()

    assert await accept(db, acceptance(2, key="same")) == [Answer(UUID(int=2), b'{"number":2}')]


async def test_the_serving_role_can_neither_change_nor_erase_what_came_in(db: Database) -> None:
    await accept(db, acceptance(1))

    for forbidden in (
        "UPDATE document SET content = ''",
        "DELETE FROM referral",
        "UPDATE referral SET agency = 'another'",
        "DELETE FROM idempotency",
        "UPDATE event SET data = ''",
    ):
        with pytest.raises(Exception, match="permission denied"):
            await rows(db, forbidden)


# -- looks ----------------------------------------------------------------------------------------------------------


async def access_events(db: Database) -> list[tuple[str, dict[str, Any]]]:
    found = await rows(db, "SELECT headers, data FROM event WHERE topic = 'access.v1' ORDER BY id")
    return [(row.headers["ce_type"], json.loads(row.data)) for row in found]


async def read_document(db: Database, principal: Principal, *, number: int = 1) -> Document | Problem:
    async with db.transaction() as tx:
        look = handlers.look_at_document(UUID(int=number), principal, Purpose.TRIAGE)
        return await handlers.read_document(tx, look, edition=None, now=NOW)


async def test_a_document_is_read_as_it_was_stored_and_the_look_is_written_down(db: Database) -> None:
    stored = acceptance(1)
    sealed = stored.received.model_copy(
        update={"content_commitment": document.commitment(stored.salt, stored.document)}
    )
    await accept(db, replace(stored, received=sealed))

    seen = await read_document(db, SOCIAL_WORKER)

    assert isinstance(seen, Document)
    assert seen.content == stored.document
    assert sha256(seen.salt + seen.content).hexdigest() == seen.content_commitment == sealed.content_commitment
    [(kind, look)] = await access_events(db)
    assert kind == "record.accessed.v1"
    assert (look["record"], look["purpose"], look["actor"]) == ("referral-document", "triage", "subject-1")


async def test_a_refused_look_is_written_down_and_shows_nothing(db: Database) -> None:
    await accept(db, acceptance(1))

    refused = await read_document(db, replace(SOCIAL_WORKER, partnership="warwickshire"))

    assert isinstance(refused, NoSuchReferral)
    [(kind, look)] = await access_events(db)
    assert kind == "access.denied.v1"
    assert look["reason"] == "partnership"


async def test_a_look_that_cannot_be_written_down_shows_nothing(db: Database, owner: AsyncEngine) -> None:
    await accept(db, acceptance(1))

    async with planted(owner, "event", "CHECK (topic <> 'access.v1')"):
        with pytest.raises(IntegrityError):
            await read_document(db, SOCIAL_WORKER)

    assert await access_events(db) == []

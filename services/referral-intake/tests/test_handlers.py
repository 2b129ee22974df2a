"""Migrations, grants and looks on a real database."""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from intake_examples import NOW, SENDER, acceptance, accepted, planted
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions
from chassis.web.auth import Principal
from contracts.codes import ActorKind, Purpose
from contracts.problems import Problem
from referral_intake import document, handlers
from referral_intake.errors import NoSuchReferral
from referral_intake.model import Document
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


async def rows(db: Database, query: str) -> Sequence[Any]:
    async with db.transaction() as tx:
        return (await tx.execute(text(query))).all()


async def counts(db: Database) -> dict[str, int]:
    tables = ("referral", "child", "document", "idempotency", "event")
    return {table: (await rows(db, f"SELECT count(*) FROM {table}"))[0][0] for table in tables}


async def test_the_migrated_database_is_what_the_tables_say(urls: DatabaseUrls) -> None:
    assert await revisions.differences(urls.owner_url, metadata) == []


async def test_every_migration_has_a_way_back(postgres: str, migrated_database: Any) -> None:
    fresh = await migrated_database("referral_intake")

    await revisions.downgrade(fresh.owner_url, package="referral_intake")
    await migrate.upgrade(fresh.owner_url, package="referral_intake")

    assert await revisions.differences(fresh.owner_url, metadata) == []


async def test_going_back_loses_nothing_that_somebody_added(postgres: str, migrated_database: Any) -> None:
    fresh: DatabaseUrls = await migrated_database("referral_intake")
    async with AsyncExitStack() as stack:
        database = Database.connect(fresh.app_url)
        stack.push_async_callback(database.close)
        await accepted(database, acceptance(1))
        await rows(database, "INSERT INTO document SELECT referral_id, salt, content, 2 FROM document RETURNING 2")

        with pytest.raises(IntegrityError):
            await revisions.downgrade(fresh.owner_url, package="referral_intake")

        kept = await rows(database, "SELECT edition FROM document ORDER BY edition")
    assert [row.edition for row in kept] == [1, 2]
    assert await revisions.differences(fresh.owner_url, metadata) == []


async def test_the_serving_role_can_neither_change_nor_erase_what_came_in(db: Database) -> None:
    await accepted(db, acceptance(1))

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
    await accepted(db, replace(stored, received=sealed))

    seen = await read_document(db, SOCIAL_WORKER)

    assert isinstance(seen, Document)
    assert seen.content == stored.document
    assert sha256(seen.salt + seen.content).hexdigest() == seen.content_commitment == sealed.content_commitment
    [(kind, look)] = await access_events(db)
    assert kind == "record.accessed.v1"
    assert (look["record"], look["purpose"], look["actor"]) == ("referral-document", "triage", "subject-1")


async def test_a_refused_look_is_written_down_and_shows_nothing(db: Database) -> None:
    await accepted(db, acceptance(1))

    refused = await read_document(db, replace(SOCIAL_WORKER, partnership="warwickshire"))

    assert isinstance(refused, NoSuchReferral)
    [(kind, look)] = await access_events(db)
    assert kind == "access.denied.v1"
    assert look["reason"] == "partnership"


async def test_a_look_that_cannot_be_written_down_shows_nothing(db: Database, owner: AsyncEngine) -> None:
    await accepted(db, acceptance(1))

    async with planted(owner, "event", "CHECK (topic <> 'access.v1')"):
        with pytest.raises(IntegrityError):
            await read_document(db, SOCIAL_WORKER)

    assert await access_events(db) == []

"""Looks at records: written with the read, kept when refused; nothing is read when they cannot be kept."""

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import Depends
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery.events import Context
from chassis.testing.signer import Signer
from chassis.web.access import Look, access_purpose, allow, deny, unwrap
from chassis.web.app import create_app
from chassis.web.auth import SignedIn
from chassis.web.service_router import ServiceRouter
from contracts.codes import ActorKind, DenialReason, Purpose, RecordKind
from contracts.events import AccessDenied, RecordAccessed
from contracts.problems import NotFound, Problem

REFERRAL, RECORD = uuid.UUID(int=1), uuid.UUID(int=2)
CONTEXT = Context(source="triage", partnership="wandsworth", now=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


def router(db: Database) -> ServiceRouter:
    """One record: its own agency reads it, the others see that there is nothing."""
    routes = ServiceRouter()

    @routes.get("/record")
    async def read(principal: SignedIn, purpose: Annotated[Purpose, Depends(access_purpose)]) -> str:
        look = Look(RecordKind.CASE, RECORD, REFERRAL, principal, purpose)
        async with db.transaction() as tx:
            if principal.agency == "ashcroft-primary":
                await allow(tx, look, context=CONTEXT)
                result: str | Problem = "content"
            else:
                result = await deny(tx, look, DenialReason.RELATIONSHIP, context=CONTEXT, problem=NotFound())
        return unwrap(result)

    return routes


@pytest.fixture
async def client(db: Database, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(title="T", version="1", routers=[router(db)], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


async def events(db: Database) -> list[tuple[str, int, dict[str, Any]]]:
    async with db.transaction() as tx:
        rows = await tx.execute(text("SELECT topic, version, headers, data FROM event ORDER BY id"))
        return [
            (topic, version, {**json.loads(data), "type": headers["ce_type"]}) for topic, version, headers, data in rows
        ]


async def test_a_granted_look_is_written_with_who_what_and_why(
    client: httpx2.AsyncClient, db: Database, signer: Signer
) -> None:
    headers = signer.bearer(subject="abc", roles=["social-worker", "auditor"])

    answer = await client.get("/record", headers={**headers, "Access-Purpose": "triage"})

    ((topic, version, written),) = await events(db)
    assert answer.json() == "content"
    assert (topic, version, written.pop("type")) == ("access.v1", 1, RecordAccessed.TYPE)
    assert written == {
        "service": "triage",
        "referral_id": str(REFERRAL),
        "record": "case",
        "record_id": str(RECORD),
        "actor": "abc",
        "actor_kind": "person",
        "agency": "ashcroft-primary",
        "roles": ["auditor", "social-worker"],
        "purpose": "triage",
        "accessed_at": "2026-03-02T09:00:00Z",
    }


async def test_a_refused_look_is_kept_though_the_answer_is_a_problem(
    client: httpx2.AsyncClient, db: Database, signer: Signer
) -> None:
    headers = signer.bearer(agency="metropolitan-police")

    answer = await client.get("/record", headers={**headers, "Access-Purpose": "triage"})

    ((_, _, written),) = await events(db)
    assert answer.status_code == 404
    assert "content" not in answer.json()
    assert (written["type"], written["reason"]) == (AccessDenied.TYPE, "relationship")
    assert written["actor_kind"] == ActorKind.PARTNER
    assert written["agency"] == "metropolitan-police"


async def test_looks_at_one_referral_are_numbered_so_that_none_can_be_left_out(
    client: httpx2.AsyncClient, db: Database, signer: Signer
) -> None:
    for agency in ("ashcroft-primary", "metropolitan-police", "ashcroft-primary"):
        await client.get("/record", headers={**signer.bearer(agency=agency), "Access-Purpose": "audit"})

    assert [version for _, version, _ in await events(db)] == [1, 2, 3]


async def test_nothing_is_read_when_the_look_cannot_be_written(
    client: httpx2.AsyncClient, db: Database, signer: Signer, urls: Any
) -> None:
    owner = Database.connect(urls.owner_url)
    async with owner.transaction() as tx:
        await tx.execute(text("ALTER TABLE event ADD CONSTRAINT full_disk CHECK (id < 0)"))

    answer = await client.get("/record", headers={**signer.bearer(), "Access-Purpose": "triage"})

    async with owner.transaction() as tx:
        await tx.execute(text("ALTER TABLE event DROP CONSTRAINT full_disk"))
    await owner.close()

    assert answer.status_code == 500
    assert answer.json()["type"].endswith("/fault")
    assert await events(db) == []


@pytest.mark.parametrize("purpose", [None, "", "curiosity", "Triage", "triage, audit"])
async def test_a_purpose_that_is_not_one_of_the_list_is_asked_for(
    client: httpx2.AsyncClient, db: Database, signer: Signer, purpose: str | None
) -> None:
    headers = signer.bearer() if purpose is None else {**signer.bearer(), "Access-Purpose": purpose}

    answer = await client.get("/record", headers=headers)

    (error,) = answer.json()["errors"]
    assert answer.status_code == 422
    assert error["pointer"] == "header:Access-Purpose"
    assert error["detail"].startswith("Say what you need this for: one of triage, child-protection")
    assert await events(db) == []


def test_what_was_read_is_handed_through() -> None:
    assert unwrap("content") == "content"
    with pytest.raises(NotFound):
        unwrap(NotFound())

"""Callers who go away: however many, they leave no connection of ours behind."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.service_router import ServiceRouter

BOUND_SECONDS = 20


@pytest.fixture
async def client(db: Database, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    router = ServiceRouter()

    @router.get("/slow")
    async def slow() -> str:
        async with db.transaction() as tx:
            await tx.execute(text("SELECT pg_sleep(0.02)"))
        return "done"

    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


async def busy(db: Database) -> int:
    """Connections of this database that are in the middle of something, as PostgreSQL sees them."""
    async with db.transaction() as tx:
        return (
            await tx.scalar(
                text(
                    """SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
                )
            )
            or 0
        )


async def test_cancelled_requests_leave_the_pool_whole(client: httpx2.AsyncClient, db: Database) -> None:
    for nth in range(10):
        tasks = [asyncio.create_task(client.get("/slow")) for _ in range(25)]
        await asyncio.wait(tasks, timeout=0.003 * nth)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    answers = await asyncio.gather(*(client.get("/slow") for _ in range(10)))
    async with asyncio.timeout(BOUND_SECONDS):
        while await busy(db):  # each look is a round trip, so this does not spin
            continue

    assert [answer.json() for answer in answers] == ["done"] * 10

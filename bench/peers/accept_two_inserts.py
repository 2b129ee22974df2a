"""FastAPI and asyncpg: parse the body, two inserts in one transaction, answer after COMMIT; no sign-in, no rules."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from fastapi import FastAPI

from bench.peers.serving import POOL_SIZE, Body, app, content_of, serve
from bench.peers.tables import event_of
from chassis.clock import SystemClock

clock = SystemClock()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    pool = asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=POOL_SIZE, max_size=POOL_SIZE, reset=_leave_as_it_is
    )
    async with pool:
        app.state.pool = pool
        yield


async def _leave_as_it_is(_: asyncpg.Connection) -> None:
    """Nothing here changes a session, so the round trip that would put it right is saved."""


api = app(_lifespan)


@api.post("/v1/referrals", status_code=202)
async def accept(body: Body) -> dict[str, str]:  # type: ignore[valid-type]
    """Write the body and an event of it, commit, answer."""
    referral_id = uuid4()
    async with api.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO referral (id, body, received_at) VALUES ($1, $2, $3)",
            referral_id,
            content_of(body),
            clock.now(),
        )
        await connection.execute(
            "INSERT INTO event (referral_id, data) VALUES ($1, $2)", referral_id, event_of(referral_id)
        )
    return {"referral_id": str(referral_id), "status": "received"}


if __name__ == "__main__":
    serve(api)

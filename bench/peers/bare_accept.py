"""The plainest accept: FastAPI and asyncpg, two inserts in one transaction; no sign-in, no form."""

import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI

TABLES = """
    CREATE TABLE referral (id uuid PRIMARY KEY, body jsonb NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, referral_id uuid NOT NULL,
                        data jsonb NOT NULL, published_at timestamptz);
"""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_lifespan)


@app.post("/v1/referrals", status_code=202)
async def accept(body: dict[str, Any]) -> dict[str, str]:
    """Write the body and an event of it, commit, answer."""
    referral_id = uuid.uuid4()
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO referral (id, body) VALUES ($1, $2)", referral_id, json.dumps(body))
        event = json.dumps({"type": "referral.received.v1", "referral_id": str(referral_id)})
        await connection.execute("INSERT INTO event (referral_id, data) VALUES ($1, $2)", referral_id, event)
    return {"referral_id": str(referral_id), "status": "received"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), loop="uvloop", http="httptools", access_log=False)

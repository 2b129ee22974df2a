"""Calls the service over HTTP, in process, and looks into its database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from intake_examples import form
from sqlalchemy import text

from chassis.db import Database
from chassis.testing.signer import Signer
from referral_intake.settings import Settings

PACKS = Path(__file__).parents[3] / "partnerships"
ADDRESS = "https://intake.example.org"


def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        kafka_bootstrap_servers="127.0.0.1:1",  # nobody listens there: accepting must not care
        oidc_issuer="https://issuer.example.org/realms/frontdoor",
        public_url=ADDRESS,
        partnerships_folder=PACKS,
    )


@dataclass
class Caller:
    """Calls the service as the person whom ``signer`` names."""

    http: httpx2.AsyncClient
    signer: Signer
    db: Database

    async def post(self, document: Any, *, key: str = "key-1", **claims: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key, **self.signer.bearer(**claims)}
        return await self.http.post("/v1/referrals", json=document, headers=headers)

    async def add(self, path: str, document: Any, *, key: str = "add-1", **claims: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key, **self.signer.bearer(**claims)}
        return await self.http.post(f"{path}/supplements", json=document, headers=headers)

    async def withdraw(self, path: str, document: Any, *, key: str = "back-1", **claims: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key, **self.signer.bearer(**claims)}
        return await self.http.post(f"{path}/withdrawal", json=document, headers=headers)

    async def get(self, path: str, *, headers: dict[str, str] | None = None, **claims: Any) -> httpx2.Response:
        return await self.http.get(path, headers={**(headers or {}), **self.signer.bearer(**claims)})

    async def document(
        self, path: str, *, purpose: str | None = "triage", part: str = "", **claims: Any
    ) -> httpx2.Response:
        named = {"Access-Purpose": purpose} if purpose else {}
        who = {"roles": ["social-worker"], "agency": "wandsworth-mash", "subject": "worker-1", **claims}
        return await self.get(f"{path}/document{part}", headers=named, **who)

    async def rows(self, query: str) -> Sequence[Any]:
        async with self.db.transaction() as tx:
            return (await tx.execute(text(query))).all()

    async def count(self, table: str) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])

    async def looks(self) -> list[dict[str, Any]]:
        found = await self.rows("SELECT headers, data FROM event WHERE topic = 'access.v1' ORDER BY id")
        return [{"type": row.headers["ce_type"], **json.loads(row.data)} for row in found]


async def sent(caller: Caller, **changes: Any) -> str:
    """The path of a referral that was accepted."""
    response = await caller.post(form(**changes))
    assert response.status_code == 202
    return str(response.headers["location"])


async def edition(caller: Caller, path: str, number: int | None = None) -> dict[str, Any]:
    """One edition of a referral's document as triage reads it; the latest unless one is named."""
    read = await caller.document(path, part=f"?edition={number}" if number else "")
    assert read.status_code == 200
    found: dict[str, Any] = read.json()
    return found


async def recorded(caller: Caller) -> list[dict[str, Any]]:
    """What intake told everybody, in order."""
    found = await caller.rows("SELECT headers, data FROM event WHERE topic = 'referral-intake.v1' ORDER BY id")
    return [{"type": row.headers["ce_type"], **json.loads(row.data)} for row in found]


def pointers(response: Any) -> list[str]:
    """The places a refusal names."""
    return [error["pointer"] for error in response.json()["errors"]]

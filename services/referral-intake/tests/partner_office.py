"""The registry of partner systems as operators work with it, and as partners feel it."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from intake_caller import ADDRESS, Caller, settings
from intake_examples import NOW
from partner_examples import CLIENT, form

from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from referral_intake.main import build

PARTNERS = "/operator/partners"
CLUB: Mapping[str, Any] = {"azp": CLIENT, "agency": "lantern-youth-club"}


@dataclass
class PartnerOffice:
    """An operator at work, and the partners who feel it, at one settable time."""

    http: httpx2.AsyncClient
    caller: Caller
    clock: SettableClock

    async def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        who = self.caller.signer.bearer(roles=["operator"], agency=None, partnership=None, subject="operator-1")
        return await self.http.request(method, path, json=body, headers=who)

    async def add(self, **changes: Any) -> httpx2.Response:
        return await self.ask("POST", PARTNERS, form(**changes))

    async def keys(self) -> list[str]:
        answer = await self.http.get(f"/partners/{CLIENT}/jwks.json")
        return [key["kid"] for key in answer.json()["keys"]]

    async def events(self) -> list[tuple[str, str, dict[str, Any]]]:
        rows = await self.caller.rows(
            "SELECT aggregate, headers, data FROM event WHERE aggregate LIKE 'partner/%' ORDER BY id"
        )
        return [(row.aggregate, row.headers["ce_type"], json.loads(row.data)) for row in rows]


@asynccontextmanager
async def opened_partner_office(
    database_url: str, db: Database, *, service_db: Database
) -> AsyncIterator[PartnerOffice]:
    """An office with a service of its own, whose time the test sets and whose limits a few requests reach."""
    clock = SettableClock(NOW)
    signer = Signer(clock)
    few = settings(database_url).model_copy(update={"partner_referrals_per_minute": 3, "partner_reads_per_minute": 4})
    service = build(few, db=service_db, clock=clock, verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        yield PartnerOffice(http, Caller(http, signer, db), clock)
    await service.close()

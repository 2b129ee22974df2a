"""A suspended partner's system is refused by every route of every service, and nobody else is."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import sentinel
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import text

from agency_notify.subscriptions import subscriptions as agency_notify_reads
from audit.subscriptions import SUBSCRIPTIONS as AUDIT_READS
from chassis.db import Database
from chassis.delivery.messages import Message, Subscriptions
from chassis.http_client import HttpClient
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.run.standings import asking
from chassis.testing.clock import START
from chassis.testing.signer import Signer
from chassis.web.auth import LEEWAY_SECONDS
from chassis.web.suspension import record
from contracts.codes import SuspensionReason
from contracts.envelope import Envelope
from contracts.events import Event, PartnerRestored, PartnerSuspended
from contracts.topics import topic_of
from policy.packs import Packs
from tests.contract.services import SERVICES, key_in, service_of
from triage.handlers import Dependencies
from triage.subscriptions import subscriptions as triage_reads

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]

CLIENT: Final = "ashcroft-reporting"
REFUSED: Final = "Your system is suspended"
OPERATOR: Final[Mapping[str, Any]] = {"roles": ["operator"], "agency": None, "partnership": None, "azp": "operator"}
STAFF: Final = (
    "agency-representative", "contact-officer", "social-worker", "mash-manager", "macpt-member", "early-help-lead",
    "auditor", "caldicott-guardian", "records-officer", "operator", "service",
)  # fmt: skip
FOR_ANYBODY: Final = {
    "referral-intake": {"GET /v1/code-lists", "GET /v1/code-lists/{name}", "GET /partners/{client_id}/jwks.json",
                        "GET /fhir/R4/metadata"},
    "triage": set[str](),
    "agency-notify": {"GET /v1/webhook-keys"},
    "audit": {"GET /checkpoint", "GET /key", "GET /tile/{path}", "GET /v1/proofs/inclusion",
              "GET /v1/proofs/consistency", "GET /predecessor", "GET /witnessed-checkpoint", "GET /v1/witnesses"},
}  # fmt: skip
"""Routes that need no token: anyone who adds one has to say so here."""
LASTING: Final = {"GET /v1/queue/changes"}
"""Routes that answer for as long as the token lasts."""
HEALTH: Final = {"GET /health/live", "GET /health/ready", "GET /metrics"}
READS: Final[Mapping[str, Subscriptions]] = {
    "triage": triage_reads(cast(Dependencies, sentinel.dependencies)),
    "agency-notify": agency_notify_reads(Packs(), RandomIds()),
    "audit": AUDIT_READS,
}


@dataclass(frozen=True)
class Door:
    """One service on a database of its own."""

    name: str
    app: FastAPI
    http: httpx2.AsyncClient
    db: Database
    signer: Signer

    async def ask(self, route: str, **claims: Any) -> httpx2.Response:
        method, path = route.split()
        if claims and route in LASTING:  # believed for some seconds more, and ends the answer at once
            claims["exp"] = int(self.signer.clock.now().timestamp()) - LEEWAY_SECONDS // 2
        headers = self.signer.bearer(**claims) if claims else {}
        headers |= {"Idempotency-Key": str(uuid4()), "If-Match": '"1"', "Access-Purpose": "triage"}
        body: dict[str, Any] = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
        filled = re.sub(r"{[^}]*}", str(uuid4()), path.replace("{parked_id}", "1"))  # which is a number by its route
        return await self.http.request(method, filled, headers=headers, **body)

    async def partner(self, route: str, *, client: str = CLIENT) -> httpx2.Response:
        return await self.ask(route, roles=["partner"], azp=client)

    async def suspend(self, *, version: int = 2) -> None:
        """As an operator does it, or as the service that the operator asked says so on the bus."""
        if self.name == "referral-intake":
            await self._operate("suspension", {"reason": "key-compromised"})
            return
        await self.read(
            PartnerSuspended(
                client_id=CLIENT, agency="ashcroft-primary", reason=SuspensionReason.KEY_COMPROMISED,
                suspended_by="op-1", suspended_at=START,
            ),
            version=version,
        )  # fmt: skip

    async def restore(self, *, version: int = 3) -> None:
        if self.name == "referral-intake":
            await self._operate("restoration", {})
            return
        restored = PartnerRestored(client_id=CLIENT, agency="ashcroft-primary", restored_by="op-1", restored_at=START)
        await self.read(restored, version=version)

    async def read(self, event: Event, *, version: int) -> None:
        """The event takes effect, as the service's own table of handlers says."""
        envelope = Envelope(
            id=uuid4(), source="referral-intake", type=event.TYPE, subject=event.subject, time=START,
            sequence=version, partnership="wandsworth", correlation_id=event.correlation,
        )  # fmt: skip
        reads = READS[self.name]
        known = event if reads.every is None else None
        message = Message(envelope, event.to_json(), topic_of(event.TYPE).name, 0, version, known)
        handler = reads.handlers.get(type(event))
        async with self.db.transaction() as tx:
            if reads.every is not None:
                await reads.every(tx, [message], START)
            elif handler is not None:
                await handler(tx, message, START)

    async def _operate(self, act: str, body: Mapping[str, Any]) -> None:
        headers, partners = self.signer.bearer(**OPERATOR), "/operator/partners"
        form = {
            "client_id": CLIENT, "partnership": "wandsworth", "agency": "ashcroft-primary", "source": "2A",
            "jwks_url": "https://ashcroft.example.org/jwks.json",
        }  # fmt: skip
        await self.http.post(partners, json=form, headers=headers)
        answer = await self.http.post(f"{partners}/{CLIENT}/{act}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text


@pytest.fixture(params=SERVICES)
async def door(
    request: pytest.FixtureRequest, copied_database: MakeDatabase, signer: Signer, tmp_path: Path
) -> AsyncIterator[Door]:
    async with opened(request.param, await copied_database(request.param.replace("-", "_")), signer, tmp_path) as it:
        yield it


@asynccontextmanager
async def opened(name: str, urls: DatabaseUrls, signer: Signer, tmp_path: Path) -> AsyncIterator[Door]:
    service = service_of(name, key_in(tmp_path), database_url=urls.app_url, verifier=signer.verifier())
    db = Database.connect(urls.app_url)
    transport = httpx2.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://frontdoor.example.org", timeout=60) as http:
        yield Door(name, service.app, http, db, signer)
    await service.close()
    await db.close()


def routes(app: FastAPI) -> set[str]:
    """Every route of an app, as ``METHOD /path``, those that the API document leaves out too."""
    contexts = [each for each in iter_route_contexts(app.routes) if isinstance(each.original_route, APIRoute)]
    found = {f"{method} {context.path_format}" for context in contexts for method in context.methods or ()}
    described = {f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods}
    assert found >= described
    return found


def guarded(door: Door) -> list[str]:
    return [route for route in sorted(routes(door.app)) if route not in FOR_ANYBODY[door.name] | HEALTH]


async def test_every_route_asks_for_a_token_but_those_that_are_known_to_need_none(door: Door) -> None:
    answers = {route: (await door.ask(route)).status_code for route in guarded(door)}
    public = [route for route in FOR_ANYBODY[door.name] if (await door.ask(route)).status_code == 401]

    assert {route for route, status in answers.items() if status != 401} == set()
    assert len(answers) >= 8
    assert public == []
    assert routes(door.app) >= FOR_ANYBODY[door.name] | HEALTH


async def test_a_suspended_system_is_refused_on_every_route_and_told_whom_to_call(door: Door) -> None:
    await door.suspend()

    answers = {route: await door.partner(route) for route in guarded(door)}

    assert [route for route, answer in answers.items() if answer.status_code != 403] == []
    assert [route for route, answer in answers.items() if REFUSED not in answer.text] == []
    assert [route for route, answer in answers.items() if "call 999" not in answer.text] == []
    problems = [answer.json() for route, answer in answers.items() if "/fhir/" not in route]
    assert {problem["type"].rpartition("/")[2] for problem in problems} == {"partner-suspended"}


async def test_nobody_else_is_refused_with_it(door: Door) -> None:
    await door.suspend()

    for route in guarded(door):
        people = [await door.ask(route, roles=[role], azp="frontdoor-staff") for role in STAFF]
        representative = await door.ask(route, roles=["agency-representative"], azp=CLIENT)
        others = await door.partner(route, client="another-system")

        assert [answer.text for answer in (*people, representative, others) if REFUSED in answer.text] == []


async def test_a_restored_system_is_let_in_again(door: Door) -> None:
    await door.suspend()
    await door.partner(guarded(door)[0])
    await door.restore()

    await until(door, refused=False)
    answers = {route: await door.partner(route) for route in guarded(door)}

    assert [route for route, answer in answers.items() if REFUSED in answer.text] == []


async def until(door: Door, *, refused: bool) -> httpx2.Response:
    """The answer of one route, once what is known has been read again."""
    async with asyncio.timeout(60):
        while True:
            answer = await door.partner(guarded(door)[0])
            if (REFUSED in answer.text) is refused:
                return answer
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "referral-intake"])
async def test_a_suspension_whose_event_was_passed_over_before_it_was_understood_is_asked_for(
    name: str, copied_database: MakeDatabase, signer: Signer, tmp_path: Path
) -> None:
    """An older version followed the versions of partners without keeping what they say: no event comes again."""
    urls = {each: await copied_database(each.replace("-", "_")) for each in ("referral-intake", name)}
    async with (
        opened("referral-intake", urls["referral-intake"], signer, tmp_path) as intake,
        opened(name, urls[name], signer, tmp_path) as door,
    ):
        await intake.suspend()
        async with door.db.transaction() as tx:
            await tx.execute(text("INSERT INTO applied VALUES (:partner, 2)"), {"partner": f"partner/{CLIENT}"})
        before = await door.partner(guarded(door)[0])

        await learn(door, intake)
        suspended = await until(door, refused=True)
        await intake.restore()
        await learn(door, intake)
        await door.suspend(version=2)  # the event of before, published again
        restored = await until(door, refused=False)

    assert [REFUSED in answer.text for answer in (before, suspended, restored)] == [False, True, False]


async def learn(door: Door, owner: Door) -> None:
    """One round of what the worker does, at the real owner of partners."""

    async def bearer() -> Mapping[str, str]:
        return door.signer.bearer(roles=["service"], agency=None, partnership=None)

    kept = await asking(str(owner.http.base_url).rstrip("/"), HttpClient(owner.http), bearer)()
    async with door.db.transaction() as tx:
        await record(tx, kept)

"""The client in this process, its database real, and services that answer what a test tells them to."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from fastapi import FastAPI
from ui_answers import CASE_ID, MANAGER, REFERRAL_ID, WORKER, Json, case, document

from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.testing.clock import SettableClock
from local_stack.checkout import PARTNERSHIPS_FOLDER
from triage_ui.main import build
from triage_ui.session.issuer import SignedIn
from triage_ui.session.model import Person, Place, Tokens, csrf_token
from triage_ui.settings import Settings
from triage_ui.shell.visitor import COOKIE, Dependencies

NOW: Final = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HOME: Final = "https://frontdoor.example.org"
SERVICES: Final = {name: f"http://{name}.test" for name in ("referral-intake", "triage", "agency-notify", "audit")}
SAME_SITE: Final = {"sec-fetch-site": "same-origin", "origin": HOME}
FORM: Final = "application/x-www-form-urlencoded"
TOKEN: Final = "an-access-token-that-no-browser-sees"  # nobody's

Respond = Callable[[httpx2.Request], httpx2.Response]


@dataclass
class FakeServices:
    """Answers by method and path, or by service too where all have that path; remembers all that it was asked."""

    answers: dict[tuple[str, str], Respond | Json] = field(default_factory=dict)
    by_service: dict[tuple[str, str, str], Respond | Json] = field(default_factory=dict)
    asked: list[httpx2.Request] = field(default_factory=list)
    away: set[str] = field(default_factory=set)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        service = request.url.host.removesuffix(".test")
        if service in self.away:
            raise httpx2.ConnectError("away")
        self.asked.append(request)
        named = (request.method, request.url.path)
        found = self.by_service.get((service, *named), self.answers.get(named))
        if callable(found):
            return found(request)
        if found is None:
            return problem(404, "not-found", "There is nothing here")
        return httpx2.Response(200, json=found, headers={"ETag": '"3"'})

    def sent(self, path: str) -> list[httpx2.Request]:
        """Every command to a path."""
        return [one for one in self.asked if one.method == "POST" and one.url.path == path]


@dataclass
class World:
    """The client and its surroundings."""

    app: FastAPI
    services: FakeServices
    clock: SettableClock

    @property
    def dependencies(self) -> Dependencies:
        """What the client stands on."""
        found: Dependencies = self.app.state.dependencies
        return found

    def visitor(self) -> httpx2.AsyncClient:
        """A browser that keeps no cookies of its own and follows nothing."""
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url=HOME)

    async def sign_in(
        self,
        *,
        subject: str = WORKER,
        roles: tuple[str, ...] = ("social-worker",),
        agency: str = "wandsworth-mash",
        elsewhere: tuple[Place, ...] = (),
    ) -> "SignedInBrowser":
        """Somebody who is signed in, as if the issuer had said so; ``elsewhere`` are their other memberships."""
        home = Place("wandsworth", agency, frozenset(roles))
        person = Person(subject, "Ama O'Brien", home.agency, home.partnership, home.roles, (home, *elsewhere))
        tokens = Tokens(TOKEN, "a-refresh-token", self.clock.now() + timedelta(hours=12))
        secret = await self.dependencies.sessions.begin(SignedIn(person, tokens, issuer_session=f"sid-{subject}"))
        return SignedInBrowser(self, secret)

    async def sign_in_lead(self, *, subject: str = WORKER) -> "SignedInBrowser":
        """A school's safeguarding lead."""
        return await self.sign_in(subject=subject, roles=("agency-representative",), agency="ashcroft-primary")

    async def close(self) -> None:
        """Close what the client opened."""
        await self.dependencies.http.close()
        await self.dependencies.db.close()


@dataclass
class SignedInBrowser:
    """One browser with one session."""

    world: World
    secret: str

    async def get(self, path: str) -> httpx2.Response:
        """Open a page."""
        async with self.world.visitor() as http:
            return await http.get(path, headers=self._cookie)

    async def post(
        self, path: str, *, csrf: str | None = None, site: Mapping[str, str] | None = None, **fields: Any
    ) -> httpx2.Response:
        """Send a form; ``csrf`` stands for the one that the page has, ``site`` for what a browser says of itself."""
        pairs = {"csrf": csrf if csrf is not None else csrf_token(self.secret), **fields}
        headers = {**self._cookie, **(SAME_SITE if site is None else site), "content-type": FORM}
        async with self.world.visitor() as http:
            return await http.post(path, content=urlencode(pairs, doseq=True), headers=headers)

    @property
    def _cookie(self) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.secret}"}


def made_world(database_url: str, keys: dict[str, Path], *, db: Database | None = None) -> World:
    """The client on a database, before fake services that know one case."""
    services, clock = FakeServices(), SettableClock(NOW)
    services.answers = {
        ("GET", f"/v1/cases/{CASE_ID}"): case(),
        ("GET", f"/v1/referrals/{REFERRAL_ID}/document"): document(),
    }
    http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(services)))
    settings = Settings(
        database_url=database_url,
        oidc_issuer="https://issuer.example.org/realms/frontdoor",
        client_key_file=keys["client"],
        sealing_key_file=keys["sealing"],
        public_url=HOME,
        service_urls=SERVICES,
        partnerships_folder=PARTNERSHIPS_FOLDER,
        assets_folder=keys["assets"],
    )
    return World(build(settings, db=db, clock=clock, http=http), services, clock)


def problem(status: int, slug: str, title: str, **more: Any) -> httpx2.Response:
    """A refusal as services write it."""
    body = {"type": f"https://frontdoor.example.org/problems/{slug}", "title": title, "status": status, **more}
    return httpx2.Response(status, content=json.dumps(body), headers={"content-type": "application/problem+json"})


__all__ = ["HOME", "MANAGER", "NOW", "TOKEN", "FakeServices", "SignedInBrowser", "World", "made_world", "problem"]

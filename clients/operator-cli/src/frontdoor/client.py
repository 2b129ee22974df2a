"""HTTP to the services under one identity; every failure becomes one plain line."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Protocol, Self
from urllib.parse import quote

import httpx2

from chassis.clock import SystemClock
from chassis.http_client import HttpClient, NoAnswer
from chassis.ids import RandomIds
from chassis.machine import MachineTokens
from frontdoor.errors import CalledWrongly, Refused, Unreachable
from frontdoor.settings import Settings

SERVICES: Final = ("referral-intake", "triage", "agency-notify", "audit")
IDENTITY_PROVIDER: Final = "identity-provider"
"""Called like a service where the issuer is one whose administration we know."""


class Tokens(Protocol):
    """Proves who is calling."""

    async def bearer(self) -> Mapping[str, str]:
        """The Authorization header. Raises ``NoAnswer`` when the issuer gives no token."""


class Caller:
    """Calls services as one client or person."""

    def __init__(self, http: HttpClient, urls: Mapping[str, str], tokens: Tokens) -> None:
        self._http = http
        self._urls = urls
        self._tokens = tokens

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Calls as the client that the settings name. Raises ``CalledWrongly`` when its key cannot be read."""
        http = HttpClient.connect()
        try:
            tokens = MachineTokens(
                http,
                issuer=settings.oidc_issuer,
                client_id=settings.client_id,
                key_file=settings.client_key_file,
                clock=SystemClock(),
                ids=RandomIds(),
            )
        except (OSError, ValueError) as error:
            raise CalledWrongly(
                "FRONTDOOR_CLIENT_KEY_FILE: name a PEM file with a private key that you may read"
            ) from error
        return cls(http, {**_administration(settings.oidc_issuer), **settings.service_urls}, tokens)

    def knows(self, service: str) -> bool:
        """Whether there is an address for a service."""
        return service in self._urls

    def url_of(self, service: str) -> str:
        """Where a service is. Raises ``CalledWrongly`` for one that the settings do not name."""
        if service not in self._urls:
            raise CalledWrongly(f"No service is called {service}; the services are {', '.join(self._urls)}")
        return self._urls[service]

    async def token(self) -> str:
        """An access token, for a program of its own that is to ask as this caller. Raises ``NoAnswer``."""
        return (await self._tokens.bearer())["Authorization"].removeprefix("Bearer ")

    async def get(self, service: str, path: str, **options: Any) -> Any:
        """The JSON document at a path. Raises ``Refused`` and ``Unreachable``."""
        return (await self.ask("GET", service, path, **options)).json()

    async def post(self, service: str, path: str, body: object, **options: Any) -> Any:
        """The JSON answer to a body sent to a path. Raises ``Refused`` and ``Unreachable``."""
        return (await self.ask("POST", service, path, json=body, **options)).json()

    async def ask(
        self, method: str, service: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """One attempt. Raises ``Refused`` for any status that is not a success, and ``Unreachable``."""
        url = self.url_of(service) + path
        try:
            proof = await self._tokens.bearer()
        except NoAnswer as error:
            raise Unreachable("The identity provider gives no access token; is it running?") from error
        try:
            response = await self._http.request(method, url, headers={**proof, **(headers or {})}, **options)
        except NoAnswer as error:
            raise Unreachable(f"{service} does not answer at {self.url_of(service)}; is it running?") from error
        if not response.is_success:
            raise Refused(f"{service}: {_reason(response)}", response.status_code)
        return response

    async def follow(self, method: str, url: str, *, purpose: str | None = None, **options: Any) -> httpx2.Response:
        """Go where a service pointed. Raises ``CalledWrongly`` for an address that leads to none of them."""
        headers = {"Access-Purpose": purpose} if purpose else {}
        for service, base in self._urls.items():
            if url.startswith(base + "/"):
                return await self.ask(method, service, url.removeprefix(base), headers=headers, **options)
        raise CalledWrongly("A service pointed to an address that leads to none of the services")

    async def pages(self, service: str, path: str) -> AsyncIterator[Mapping[str, int]]:
        """Pages of aggregates and versions, until an empty one."""
        after = ""
        while page := await self.get(service, f"{path}?after={quote(after, safe='')}"):
            yield page
            after = list(page)[-1]

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()


def _administration(issuer: str) -> Mapping[str, str]:
    """Where a Keycloak realm is administered; nothing for any other issuer."""
    server, is_realm, realm = issuer.partition("/realms/")
    return {IDENTITY_PROVIDER: f"{server}/admin/realms/{realm}"} if is_realm else {}


def _reason(response: httpx2.Response) -> str:
    """What a problem document says, in one line."""
    try:
        problem = response.json()
    except ValueError:
        return f"answered {response.status_code}"
    if not isinstance(problem, dict):
        return f"answered {response.status_code}"
    parts = [str(problem.get("title", f"answered {response.status_code}")), str(problem.get("detail", ""))]
    parts += [f"{error.get('pointer')}: {error.get('detail')}" for error in problem.get("errors", ())]
    return ". ".join(part.rstrip(".") for part in parts if part)

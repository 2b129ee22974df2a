"""Who takes part, each signed in with real tokens; every answer is handed back as it came, refusals too."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from local_stack.stack import Stack
from local_stack.tokens import TokenSource


@dataclass(frozen=True)
class Party:
    """One caller: a partner's system, a member of staff, or nobody in particular."""

    http: httpx2.AsyncClient
    urls: Mapping[str, str]
    token: Callable[[], str]

    async def ask(
        self, method: str, service: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx2.Response:
        """One request to a service."""
        return await self.follow(method, self.urls[service] + path, headers=headers, **content)

    async def follow(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx2.Response:
        """One request to where a service pointed, which is one of the services."""
        assert any(url.startswith(f"{base}/") for base in self.urls.values()), "tokens are for our services only"
        token = await asyncio.to_thread(self.token)
        return await self.http.request(
            method, url, headers={"Authorization": f"Bearer {token}", **(headers or {})}, **content
        )


@dataclass
class People:
    """Everybody of the realm, by name; each signs in once."""

    stack: Stack
    http: httpx2.AsyncClient
    _known: dict[str, Party] = field(default_factory=dict)

    def client(self, name: str) -> Party:
        """A partner's system, signed in by its private key."""
        key_file = Path(self.stack.sign_ins["clients"][name]["private_key_file"])
        return self._party(name, lambda: TokenSource.for_client(self._issuer, name, key_file))

    def staff(self, name: str) -> Party:
        """A member of staff, signed in through the sign-in page."""
        password = self.stack.sign_ins["staff"][name]["password"]
        return self._party(name, lambda: TokenSource.for_staff(self._issuer, name, password))

    def of_token(self, token: str) -> Party:
        """Anyone who holds this token, good or not."""
        return Party(self.http, self._urls, lambda: token)

    def _party(self, name: str, source: Callable[[], TokenSource]) -> Party:
        if name not in self._known:
            self._known[name] = Party(self.http, self._urls, source().token)
        return self._known[name]

    @property
    def _issuer(self) -> str:
        return self.stack.addresses()["oidc_issuer"]

    @property
    def _urls(self) -> dict[str, str]:
        return {name: service.url for name, service in self.stack.services.items()}

"""The places that a partner is made known to, as far as the command sees them: each remembers what it was told."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
from fake_services import FakeServices, problem

CLIENT = "lantern-youth-club"
NOW = "2026-11-23T09:30:00Z"


@dataclass
class Places:
    """A registry, an identity provider and agencies' endpoints, behind the fake services."""

    services: FakeServices
    partner: dict[str, Any] | None = None
    client: dict[str, Any] | None = None
    endpoints: list[dict[str, Any]] = field(default_factory=list)
    limited: list[dict[str, Any]] = field(default_factory=list)

    def open(self) -> "Places":
        """Answer from now on."""
        intake, issuer, notify = "referral-intake/operator/partners", "identity-provider/clients", "agency-notify/v1"
        self.services.on(f"POST {intake}", self._register)
        self.services.on(f"GET {intake}", lambda _: _json({"partners": [self.partner] if self.partner else []}))
        self.services.on(f"GET {intake}/limits", lambda _: _json({"limited": self.limited}))
        self.services.on(f"GET {intake}/{CLIENT}", lambda _: _json(self.partner))
        for act in ("rotation", "suspension", "restoration"):
            self.services.on(f"POST {intake}/{CLIENT}/{act}", getattr(self, f"_{act}"))
        self.services.on(f"GET {issuer}", lambda _: _json([self.client] if self.client else []))
        self.services.on(f"POST {issuer}", self._make)
        self.services.on(f"PUT {issuer}/id-1", self._replace)
        self.services.on(f"GET {notify}/endpoints", lambda _: _json({"endpoints": self.endpoints}))
        self.services.on(f"PUT {notify}/endpoints/{CLIENT}", self._set)
        return self

    def _register(self, request: httpx2.Request) -> httpx2.Response:
        form = json.loads(request.content)
        if self.partner is not None:
            same = self.partner["source"] == form["source"] or form["change"]
            return _json(self.partner) if same else problem(409, "This client id is registered with other details")
        keys = form.get("jwks", {"keys": []})["keys"]
        self.partner = {
            **{name: form[name] for name in ("client_id", "partnership", "agency", "source")},
            "scopes": form.get("scopes", ["referrals:send", "referrals:read"]),
            "jwks_url": form.get("jwks_url", f"http://referral-intake.example.org/partners/{CLIENT}/jwks.json"),
            "keys": [_kept("first") for _ in keys],
            "in_pack": form["agency"] != "misspelt",
            "suspended_at": None,
            "suspended_for": None,
        }
        return _json(self.partner, status=201)

    def _rotation(self, request: httpx2.Request) -> httpx2.Response:
        assert self.partner is not None
        old = [{**key, "until": "2026-11-30T09:30:00Z"} for key in self.partner["keys"]]
        self.partner = {**self.partner, "keys": [*old, _kept("second")]}
        return _json(self.partner)

    def _suspension(self, request: httpx2.Request) -> httpx2.Response:
        assert self.partner is not None
        self.partner |= {"suspended_at": NOW, "suspended_for": json.loads(request.content)["reason"]}
        return _json(self.partner)

    def _restoration(self, request: httpx2.Request) -> httpx2.Response:
        assert self.partner is not None
        self.partner |= {"suspended_at": None, "suspended_for": None}
        return _json(self.partner)

    def _make(self, request: httpx2.Request) -> httpx2.Response:
        """Keycloak gives ids, and says more of a client than it was told."""
        told = json.loads(request.content)
        mappers = [{"id": "m", "consentRequired": False, **mapper} for mapper in told["protocolMappers"]]
        attributes = {"realm_client": "false", **told["attributes"]}
        self.client = {**told, "id": "id-1", "notBefore": 0, "attributes": attributes, "protocolMappers": mappers}
        return httpx2.Response(201)

    def _replace(self, request: httpx2.Request) -> httpx2.Response:
        self.client = json.loads(request.content)
        return httpx2.Response(204)

    def _set(self, request: httpx2.Request) -> httpx2.Response:
        form = json.loads(request.content)
        whose = {"partnership": form["partnership"], "agency": CLIENT, "disabled_at": None}
        self.endpoints = [{**whose, **endpoint} for endpoint in form["endpoints"]]
        return _json({"endpoints": self.endpoints})


def _kept(kid: str) -> dict[str, Any]:
    return {"kid": kid, "alg": "ES256", "until": None, "believed": True}


def _json(body: object, *, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, json=body)

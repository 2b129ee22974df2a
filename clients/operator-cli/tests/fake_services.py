"""Services that answer as a test says, and the command run against them in process."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from typer.testing import CliRunner, Result

from chassis.http_client import HttpClient
from frontdoor.client import IDENTITY_PROVIDER, SERVICES, Caller
from frontdoor.main import app

URLS: Mapping[str, str] = {each: f"http://{each}.example.org" for each in (*SERVICES, IDENTITY_PROVIDER)}
Reply = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


class Badge:
    """Proves nothing but who the test says is calling."""

    async def bearer(self) -> Mapping[str, str]:
        return {"Authorization": "Bearer operator"}


@dataclass
class FakeServices:
    """What each service answers, and the requests that came. Lists are empty and counts 0 unless a test says so."""

    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    requests: list[httpx2.Request] = field(default_factory=list)

    def on(self, call: str, reply: Reply | Mapping[str, Any], *, status: int = 200) -> None:
        """``call`` is such as ``GET triage/operator/parked``."""
        method, _, place = call.partition(" ")
        if isinstance(reply, Mapping):
            reply = httpx2.Response(status, json=reply)
        self.replies[(method, place)] = reply

    def versions(self, service: str, kind: str, versions: Mapping[str, int], *, page: int = 1000) -> None:
        """``heads`` of a service, in pages, or what is ``applied`` there of the aggregates that are named."""

        def heads(request: httpx2.Request) -> httpx2.Response:
            after = request.url.params["after"]
            rest = [(name, version) for name, version in sorted(versions.items()) if name > after]
            return httpx2.Response(200, json=dict(rest[:page]))

        def applied(request: httpx2.Request) -> httpx2.Response:
            named = json.loads(request.content)["aggregates"]
            return httpx2.Response(200, json={name: versions[name] for name in named if name in versions})

        if kind == "heads":
            self.on(f"GET {service}/operator/heads", heads)
        else:
            self.on(f"POST {service}/operator/applied", applied)

    def caller(self) -> Caller:
        return Caller(HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))), URLS, Badge())

    def sent(self, call: str) -> list[Any]:
        """The bodies of the requests of one kind."""
        method, _, place = call.partition(" ")
        return [json.loads(r.content) for r in self.requests if (r.method, _place(r)) == (method, place)]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reply = self.replies.get((request.method, _place(request)), _quiet(_place(request)))
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx2.Response) else reply(request)


@dataclass(frozen=True)
class Command:
    """Runs ``frontdoor`` with the fake services behind it."""

    services: FakeServices

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=self.services.caller)


def problem(status: int, title: str, detail: str = "") -> httpx2.Response:
    return httpx2.Response(status, json={"type": "x", "title": title, "status": status, "detail": detail})


def _place(request: httpx2.Request) -> str:
    return f"{request.url.host.removesuffix('.example.org')}{request.url.path}"


def _quiet(place: str) -> httpx2.Response:
    match place.partition("/operator/")[2]:
        case "parked":
            return httpx2.Response(200, json={"parked": [], "waiting": 0})
        case "delivery":
            return httpx2.Response(200, json={"unpublished": 0, "parked": 0, "halted": 0})
        case "consumer":
            return httpx2.Response(200, json={"halted": False, "halted_at": None, "wrong": 0, "reasons": {}})
        case "heads" | "applied":
            return httpx2.Response(200, json={})
        case "totals":
            return httpx2.Response(200, json={"recorded": {}, "applied": {}})
    return problem(404, "There is nothing here")

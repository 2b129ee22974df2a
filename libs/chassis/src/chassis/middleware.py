"""Pure-ASGI middleware: size limit, body deadline, ids mirrored, safe headers, one span and one count per request."""

import asyncio
import re
import time
from typing import Final

from opentelemetry.trace import Status, StatusCode
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import problems, telemetry

BODY_SECONDS: Final = 20.0

requests_total = Counter("frontdoor_http_requests", "Requests answered", ["method", "route", "status"])
request_seconds = Histogram("frontdoor_http_request_seconds", "Time to answer", ["method", "route"])

_MIRRORED: Final = ("x-request-id", "x-correlation-id")
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
_SAFE_HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observe:
    """One server span that continues the caller's trace, and the request's count and time, without any id in labels."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        status, began = 500, time.perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        traceparent = Headers(scope=scope).get("traceparent")
        with telemetry.span(f"{method}", kind="server", traceparent=traceparent, http_method=method) as span:
            try:
                await self._app(scope, receive, note)
            finally:
                route = _route(scope)
                span.update_name(f"{method} {route}")
                span.set_attribute("http_route", route)
                span.set_attribute("http_status", status)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
                requests_total.labels(method, route, str(status)).inc()
                request_seconds.labels(method, route).observe(time.perf_counter() - began)


def _route(scope: Scope) -> str:
    """The route's template, never its path: paths hold ids."""
    route = scope.get("route")
    return str(getattr(route, "path", "unmatched"))


class SafeHeaders:
    """Adds safe headers and mirrors the caller's request and correlation ids, when they look like ids."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        mirrored = {name: asked[name] for name in _MIRRORED if name in asked and _ID.match(asked[name])}

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**_SAFE_HEADERS, **mirrored}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, add)


class LimitBody:
    """Reads the body, at most ``max_bytes`` within ``BODY_SECONDS``, before anything else runs.

    A declared length is not believed: chunks are counted. Afterwards no handler ever waits for a slow sender.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._read(receive)
        except TimeoutError:
            await problems.of_status(408, headers={"Connection": "close"})(scope, receive, send)
            return
        except _TooLarge:
            await problems.of_status(413, headers={"Connection": "close"})(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body; None when the caller went away before the end."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._max_bytes:
                raise _TooLarge
            if not message.get("more_body", False):
                return bytes(body)


class _TooLarge(Exception):
    """The body is larger than allowed."""


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again

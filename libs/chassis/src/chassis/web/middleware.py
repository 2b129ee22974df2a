"""Pure-ASGI middleware: what happens to every request, whatever its route.

Pure ASGI only: a middleware that runs the route in a task of its own leaks database connections on cancellation.
"""

import asyncio
import re
import time
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from prometheus_client import Counter as Counted
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.ids import RandomIds
from chassis.web import json_rules, problems
from chassis.web.auth import sender_of
from chassis.web.health import PATHS
from chassis.web.room import HELD, Held, Room
from chassis.web.routes import template
from contracts.problems import Problem, Unavailable

log = telemetry.logger(__name__)
requests_total = Counted("frontdoor_http_requests", "Requests answered", ["method", "route", "status"])
request_seconds = Histogram("frontdoor_http_request_seconds", "Time to answer", ["method", "route"])

BODY_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.25
"""Before somebody is told that there is no room: who asks again without end is served no sooner, and costs less."""
DISCARD_SECONDS: Final = 2.0
"""For what a client still sends that was refused: one that is cut off while it sends may never see the answer."""
MOST_DISCARDING: Final = 8
"""So many bodies of one sender are read only to be thrown away; reading them costs most of what accepting them does."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CORRELATION: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
ANSWER_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
)
ADDED: Final = "frontdoor.added"
"""Where in the scope a route leaves headers, by name, that its answer carries, whatever the answer is."""
_FIRST: Final = "frontdoor.first"
"""Where in the scope the first value of each header is: a dozen are asked for on the way."""
DOCUMENT: Final = "frontdoor.document"
"""Where in the scope the document is that a JSON body holds, for routes that read it themselves."""


class AnswerHeaders:
    """Gives every answer its ids and the headers that keep it out of caches, frames and other sites.

    A route that says ``Cache-Control`` itself is believed. ``X-Request-Id`` is mirrored when it is a UUID and made
    otherwise; ``X-Correlation-Id`` is mirrored and goes nowhere else: it may hold anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._ids = RandomIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = _uuid(_header(scope, b"x-request-id")) or str(self._ids.new())
        mirrored = [(b"x-request-id", scope["request_id"].encode())]
        correlation = _header(scope, b"x-correlation-id")
        if _CORRELATION.fullmatch(correlation):
            mirrored.append((b"x-correlation-id", correlation.encode()))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                ours = [pair for pair in (*_added(scope), *ANSWER_HEADERS) if pair[0] not in said]
                message["headers"] = [*message["headers"], *mirrored, *ours]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _added(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in scope.get(ADDED, {}).items()]


class Observe:
    """One span, one log line and two metrics per request, named by the route's template and never by its ids."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PATHS:
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        status = 500
        began = time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with telemetry.span(method, kind="server", traceparent=_traceparent(scope), http_method=method) as span:
            try:
                await self.app(scope, receive, send_and_note)
            finally:
                route = template(scope)
                span.update_name(f"{method} {route}")
                span.set_attributes({"http_route": route, "http_status": status})
                _note(scope, method, route, status, time.perf_counter() - began)


def _note(scope: Scope, method: str, route: str, status: int, seconds: float) -> None:
    count, time_taken = _series(method, route, status)
    count.inc()
    time_taken.observe(seconds, _exemplar())
    log.info(
        "request answered",
        http_method=method,
        http_route=route,
        http_status=status,
        milliseconds=round(seconds * 1000, 1),
        request_id=scope.get("request_id"),
    )


@lru_cache(maxsize=4096)
def _series(method: str, route: str, status: int) -> tuple[Counted, Histogram]:
    """The series of one kind of answer, found once: there are as many kinds as templates, methods and statuses."""
    return requests_total.labels(method, route, str(status)), request_seconds.labels(method, route)


def _exemplar() -> dict[str, str] | None:
    """From a bar of the histogram to one request in it, and so to its trace, where it is kept."""
    trace_id = telemetry.kept_trace_id()
    return {"trace_id": trace_id} if trace_id else None


class Faults:
    """Answers what nobody foresaw with a text that is always the same; the log gets the class and the place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_and_watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_watch)
        except Exception:
            if scope["type"] != "http" or started:  # half an answer has left: only closing the connection shows it
                raise
            log.exception("request failed", request_id=scope.get("request_id"))
            await problems.of_status(500)(scope, receive, send)


class Body:
    """Reads the whole body before the route runs: bounded in size and time, and JSON that has one reading only.

    It takes as much of the app's ``room`` as it is long, from before it is read until the request is answered.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._discarding: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            _check_address(scope)
            _check_encoding(scope)
            held = scope[HELD] = await _enter(scope)
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)
            return
        with held:
            await self._run(scope, receive, send, held)

    async def _run(self, scope: Scope, receive: Receive, send: Send, held: Held) -> None:
        try:
            body = await self._read(scope, receive, held)
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)
            return
        if body is not None:
            await self.app(scope, _once(body, receive), send)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        """What had no room is read and thrown away first, so that its sender gets to read why."""
        if isinstance(problem, Unavailable):
            await asyncio.sleep(PAUSE_SECONDS)
            if not await self._discard_fairly(scope, receive):
                problem.headers["Connection"] = "close"
        await problems.response_of(problem)(scope, receive, send)

    async def _discard_fairly(self, scope: Scope, receive: Receive) -> bool:
        """Whether the whole body came, and soon. A client that waits to be asked for it is not asked."""
        held: Held | None = scope.get(HELD)
        if held is None or _header(scope, b"expect") or self._discarding[held.sender] >= MOST_DISCARDING:
            return False
        self._discarding[held.sender] += 1
        try:
            return await self._discard(receive)
        finally:
            self._discarding[held.sender] -= 1
            if not self._discarding[held.sender]:
                del self._discarding[held.sender]

    async def _discard(self, receive: Receive) -> bool:
        left = self._max_bytes
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_SECONDS):
                while left >= 0:
                    message = await receive()
                    if not message.get("more_body", False):
                        return bool(message["type"] == "http.request")
                    left -= len(message["body"])
        return False

    async def _read(self, scope: Scope, receive: Receive, held: Held) -> bytes | None:
        """The body; None when the client went away. A declared size is refused before anything is read."""
        declared = int(_header(scope, b"content-length") or 0)
        if declared > self._max_bytes:
            raise self._too_large()
        held.grow(declared)
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._collect(receive, held)
        except TimeoutError as error:
            raise problems.TooSlow("Send the whole request at once", headers={"Connection": "close"}) from error
        if body and _is_json(_header(scope, b"content-type")):
            body = body.removeprefix(BOM_UTF8)  # may be ignored instead of refused (RFC 8259, 8.1)
            scope[DOCUMENT] = json_rules.read(body)
        return body

    async def _collect(self, receive: Receive, held: Held) -> bytes | None:
        """Counts what arrives, because a chunked body declares no size."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._max_bytes:
                raise self._too_large()
            if len(body) > held.size:
                held.grow(len(body) - held.size)
            if not message.get("more_body", False):
                return bytes(body)

    def _too_large(self) -> Problem:
        return problems.TooLarge(f"Send at most {self._max_bytes} bytes", headers={"Connection": "close"})


async def _enter(scope: Scope) -> Held:
    """Room for the body that a request says it has; a request without one is not counted."""
    room: Room = scope["app"].state.room
    if _header(scope, b"content-length") in ("", "0") and not _header(scope, b"transfer-encoding"):
        return Held(room, "", counted=False)
    return room.hold(await sender_of(scope))


def _header(scope: Scope, name: bytes) -> str:
    """The first value of a header; empty when it is absent."""
    first = scope.get(_FIRST)
    if first is None:
        first = scope[_FIRST] = dict(reversed(scope["headers"]))
    return str(first.get(name, b""), "latin-1")


def _check_address(scope: Scope) -> None:
    """NUL cannot be kept or looked for in PostgreSQL, so nothing with it is an address of ours."""
    if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
        raise problems.Malformed("Remove NUL characters from the address")


def _check_encoding(scope: Scope) -> None:
    """What was packed is not unpacked: a small body could become a huge one."""
    if _header(scope, b"content-encoding").strip().lower() not in ("", "identity"):
        raise problems.Encoded("Send the body as it is, without Content-Encoding")


def _once(body: bytes, receive: Receive) -> Receive:
    """Hands the body over once; afterwards the connection speaks for itself."""
    waiting: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _traceparent(scope: Scope) -> str | None:
    given = _header(scope, b"traceparent")
    return given if _TRACEPARENT.fullmatch(given) else None


def _uuid(text: str) -> str | None:
    if not text:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None

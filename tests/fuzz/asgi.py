"""Sends a request into an app of this process, exactly as it was prepared: no client tidies it up on the way."""

import time
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from requests import PreparedRequest
from schemathesis.core.transport import Response
from starlette.types import ASGIApp, Message, Scope

ADDRESS: Final = "https://intake.example.org"


class HalfAnAnswer(Exception):
    """The app began an answer and did not end it, or gave none."""


async def send(app: ASGIApp, request: PreparedRequest) -> Response:
    """The answer. Raises ``HalfAnAnswer``, and whatever the app lets out: a server would close the connection."""
    waiting: list[Message] = [{"type": "http.request", "body": _body(request), "more_body": False}]
    answered: list[Message] = []

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def take(message: Message) -> None:
        answered.append(message)

    began = time.perf_counter()
    await app(_scope(request), receive, take)
    return _response(request, answered, time.perf_counter() - began)


def _body(request: PreparedRequest) -> bytes:
    body: Any = request.body
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _scope(request: PreparedRequest) -> Scope:
    address = urlsplit(str(request.url))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": address.scheme,
        "path": unquote_to_bytes(address.path).decode("utf-8", errors="replace"),
        "raw_path": address.path.encode(),
        "root_path": "",
        "query_string": address.query.encode(),
        "headers": [(_bytes(name).lower(), _bytes(value)) for name, value in request.headers.items()],
        "client": ("192.0.2.1", 40000),
        "server": (address.hostname, 443),
    }


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _response(request: PreparedRequest, answered: list[Message], seconds: float) -> Response:
    if not answered or answered[0]["type"] != "http.response.start" or answered[-1].get("more_body", False):
        raise HalfAnAnswer
    start, *parts = answered
    headers: dict[str, list[str]] = {}
    for name, value in start["headers"]:
        headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    content = b"".join(part.get("body", b"") for part in parts)
    return Response(start["status"], headers, content, request, seconds, verify=True)

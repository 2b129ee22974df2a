"""Problems under ``/fhir`` leave as OperationOutcome, wherever they arose: in a route, beside it or before it."""

import json
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.web import problems
from referral_intake.fhir.outcome import refusal_of

MEDIA_TYPE: Final = "application/fhir+json"

_ROOT: Final = "/fhir/"


class FhirOutcomes:
    """Pure ASGI middleware: holds a problem back until it is whole, and sends it on as an OperationOutcome."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_ROOT):
            await self.app(scope, receive, _Translation(send))
        else:
            await self.app(scope, receive, send)


class _Translation:
    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        body = json.dumps(refusal_of(json.loads(self._body))).encode()
        headers = MutableHeaders(scope=start)
        headers["content-type"] = MEDIA_TYPE
        headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "") == problems.MEDIA_TYPE

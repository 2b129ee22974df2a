"""HEAD wherever GET is (RFC 9110, 9.3.2): the same status and headers, and no content."""

from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.problems import Problem

_ASKED: Final = "frontdoor.head"


class Head:
    """Runs the GET route and keeps its content back. The route reads, and records that, exactly as it would."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_content(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", _ASKED: True}, receive, send_without_content)


class NotByHead(Problem):
    """This address changes something when it is read, and nobody has read it who asked for no content."""

    slug, title, status = "method-not-allowed", "This address does not support that method", 405

    def __init__(self) -> None:
        super().__init__(headers={"Allow": "GET"})


async def _refuse_head(request: Request) -> None:
    if request.scope.get(_ASKED):
        raise NotByHead


ReadInFull = Annotated[None, Depends(_refuse_head)]
"""A parameter of a GET route that changes something: what was not read must not count as read."""

"""``GET /v1/queue/changes``: a live feed of what changed in the queue, as server-sent events."""

import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.clock import Clock
from chassis.web.app import problem_responses
from chassis.web.head import ReadInFull
from chassis.web.service_router import ServiceRouter
from triage.api.dependencies import Injected, Staff
from triage.feed import Feed, Watcher

router = ServiceRouter(tags=["queue"])

KEEP_ALIVE_SECONDS: Final = 20.0
"""Something is sent at least so often, so that nobody between takes the connection for dead."""
RETRY_MILLISECONDS: Final = 5000
_MEDIA_TYPE: Final = "text/event-stream"
_DESCRIBED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Events until the token ends", "content": {_MEDIA_TYPE: {"schema": {"type": "string"}}}},
    **problem_responses(429),
}


async def _feed(request: Request) -> Feed:
    feed: Feed = request.app.state.feed
    return feed


@router.get("/v1/queue/changes", summary="Watch the queue", response_class=StreamingResponse, responses=_DESCRIBED)
async def watch_queue(
    dependencies: Injected, asker: Staff, feed: Annotated[Feed, Depends(_feed)], _: ReadInFull
) -> StreamingResponse:
    """Three kinds of event, in ids and codes only.

    `changed`: a case of your partnership changed; its data is `{"case_id", "version", "waits_for", "worker", "team"}`.
    `refresh`: read the queue again, because something may have been missed; also the first event of every connection.
    `end`: your token has ended, or this server stops; connect again, with a fresh token.
    """
    place = ExitStack()
    watcher = place.enter_context(feed.watched_by(asker.subject, asker.partnership))
    clock = dependencies.clock
    return _Watching(place, _events(watcher, clock, until=asker.expires_at or clock.now()))


class _Watching(StreamingResponse):
    """Gives the place back when the last event was sent, and as well when the reader went away before the first."""

    def __init__(self, place: ExitStack, events: AsyncIterator[str]) -> None:
        super().__init__(events, media_type=_MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)


async def _events(watcher: Watcher, clock: Clock, *, until: datetime) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    yield _said(watcher)
    while not watcher.ended and (left := (until - clock.now()).total_seconds()) > 0:
        woken = await watcher.wait(min(left, KEEP_ALIVE_SECONDS))
        yield _said(watcher) if woken else ": nothing new\n\n"
    yield _event("end", {})


def _said(watcher: Watcher) -> str:
    changes = watcher.drain()
    if changes is None:
        return _event("refresh", {})
    return "".join(_event("changed", dict(change)) for change in changes)


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"

"""A client's connection: one of so many, and it has to say what it wants soon and in few words.

The server beneath bounds none of these.
"""

import asyncio
import heapq
from collections.abc import Callable
from typing import Any, Final, cast

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from chassis import telemetry
from chassis.web import problems
from chassis.web.leaving import GONE
from chassis.web.middleware import ANSWER_HEADERS
from chassis.web.room import Room

HEADER_SECONDS: Final = 10.0
"""For the first line and the headers of a request, from its first byte on or from the connection's beginning."""
MAX_HEADER_BYTES: Final = 65_536
MAX_CONNECTIONS: Final = 1_000
"""Each may hold headers of its own and a piece of a body that nobody has asked for yet."""
LINGER_SECONDS: Final = 2.0
"""For a client that was refused to read why, and to stop sending."""

log = telemetry.logger(__name__)


class Connection(HttpToolsProtocol):
    """Answers what is no HTTP, too long, too slow or one too many with a problem, and closes.

    Interleaving prevented: many clients that send a byte now and then hold every descriptor of the process, and
    nobody else gets in. A connection that comes when there are ``MAX_CONNECTIONS`` takes the place of one that was
    refused, asks for nothing, or has not said yet what it wants. (Bodies are bounded where they are read:
    ``middleware.Body``.)

    Interleaving prevented: a client is refused while it still sends, what it sends next meets a closed connection, and
    the answer that says why is thrown away before it is read. So a refused client may go on for ``LINGER_SECONDS``,
    and nothing of it is taken.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_headers = True
        self._header_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._made_at = 0.0
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """From now on the first request is waited for."""
        super().connection_made(transport)
        self._made_at = self.loop.time()
        self._begin_to_wait()
        if len(self.connections) > MAX_CONNECTIONS:
            self._take_a_place()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more, neither here nor by the request that is under way."""
        self._wait_no_more()
        super().connection_lost(exc)
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None:
            cast("dict[str, Any]", cycle.scope).get(GONE, _nothing)()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_headers = True

    def on_headers_complete(self) -> None:
        """What is left is a body."""
        self._in_headers, self._header_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole body is here: reading goes on, because only who reads learns that the client has gone."""
        super().on_message_complete()
        if not self.pipeline:
            self.flow.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Most of the time whole headers come at once, and nothing has to be timed.

        Of a body nothing more is read until somebody asks for it: a service without room for it need not have read it.
        """
        if self._refused:
            return
        self._header_bytes += len(data) if self._in_headers else 0
        idle, in_headers = self.is_idle, self._in_headers
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle  # none yet for what turned out to be no request
        if in_headers and not self._in_headers and cycle is not None and cycle.more_body:
            self.flow.pause_reading()
            cycle.transport = _WhileSending(self.transport, self._end)
        if self._in_headers:
            self._bound()
        elif self._deadline is not None:
            self._wait_no_more()
        if idle and not self._in_headers and self.timeout_keep_alive_task is None and cycle and cycle.response_complete:
            self.transport.close()  # empty lines between requests begin nothing, and would stop the idle clock

    def on_response_complete(self) -> None:
        """After a refused request there is no other."""
        if not self._refused:
            super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Called for what is no HTTP."""
        self._refuse(400)

    @property
    def is_idle(self) -> bool:
        """Whether it was answered and asks for nothing."""
        return self.timeout_keep_alive_task is not None

    def _take_a_place(self) -> None:
        """Of a refused connection, else of an idle one, else of the one that has not said yet what it wants longest."""
        others = (each for each in self.connections if isinstance(each, Connection) and each is not self)
        replaceable = (each for each in others if each._refused or each.is_idle or each._asks_nothing_yet())
        for each in heapq.nsmallest(len(self.connections) - MAX_CONNECTIONS, replaceable, key=Connection._rank):
            each.transport.close()
            self.connections.discard(each)  # it is told later that it is lost, and many may come before that
        if len(self.connections) > MAX_CONNECTIONS:
            self._refuse(503)

    def _rank(self) -> tuple[bool, bool, float]:
        return not self._refused, not self.is_idle, self._made_at

    def _asks_nothing_yet(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return self._in_headers and (cycle is None or cycle.response_complete)

    def _bound(self) -> None:
        if self._header_bytes > MAX_HEADER_BYTES:
            self._refuse(431)
        elif self._deadline is None:
            self._begin_to_wait()

    def _begin_to_wait(self) -> None:
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._refuse, 408)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int) -> None:
        """A problem, unless it would be taken for another request's answer or stand inside one; then the end."""
        self._wait_no_more()
        if self._refused or self.transport.is_closing():
            return
        if not self._may_answer():
            self.transport.close()
            return
        log.info("connection refused", http_status=status)
        self.transport.write(_bytes_of(self._problem(status)))
        self._linger()

    def _end(self) -> None:
        """The end of a connection whose last request was answered, perhaps before all of its body came."""
        cycle: RequestResponseCycle = self.cycle
        if cycle.more_body and not self.transport.is_closing():
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Nothing more is said; the client ends the connection when it has read that, or we do in a while."""
        self._refused = True
        if self.transport.can_write_eof():  # over TLS it cannot, and the client goes by the length of what it read
            self.transport.write_eof()
        self.flow.resume_reading()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _problem(self, status: int) -> Response:
        """For 503, what this service says when it has no room."""
        room: Room | None = getattr(getattr(self.config.app, "state", None), "room", None)
        if status == 503 and room is not None:
            return problems.response_of(room.refusal())
        return problems.of_status(status)

    def _may_answer(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        return not self._in_headers and not cycle.response_started  # it is this request's own body that is wrong


class _WhileSending(asyncio.Transport):
    """What a request writes its answer to whose client may still be sending: how it closes is not its own affair."""

    def __init__(self, transport: asyncio.Transport, end: Callable[[], None]) -> None:
        super().__init__()
        self.write = transport.write  # type: ignore[method-assign]
        self.is_closing = transport.is_closing  # type: ignore[method-assign]
        self.close = end  # type: ignore[method-assign]


def _nothing() -> None:
    """For requests that wait for nothing."""


def _bytes_of(problem: Response) -> bytes:
    headers = (*problem.raw_headers, *ANSWER_HEADERS, (b"connection", b"close"))
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return STATUS_LINE[problem.status_code] + lines + b"\r\n" + bytes(problem.body)

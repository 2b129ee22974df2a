"""A client's connection: it has to say what it wants soon and in few words. The server beneath bounds neither."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from chassis import telemetry
from chassis.web import problems
from chassis.web.middleware import ANSWER_HEADERS

HEADER_SECONDS: Final = 10.0
"""For the first line and the headers of a request, from its first byte on or from the connection's beginning."""
MAX_HEADER_BYTES: Final = 65_536

log = telemetry.logger(__name__)


class Connection(HttpToolsProtocol):
    """Answers what is no HTTP, too long or too slow with a problem, and closes.

    Interleaving prevented: many clients that send a byte now and then hold every descriptor of the process, and
    nobody else gets in. (Bodies are bounded where they are read: ``middleware.Body``.)
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_headers = True
        self._header_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """From now on the first request is waited for."""
        super().connection_made(transport)
        self._begin_to_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_headers = True

    def on_headers_complete(self) -> None:
        """What is left is a body."""
        self._in_headers, self._header_bytes = False, 0
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Most of the time whole headers come at once, and nothing has to be timed."""
        self._header_bytes += len(data) if self._in_headers else 0
        idle = self.timeout_keep_alive_task is not None
        super().data_received(data)
        if self._in_headers:
            self._bound()
        elif self._deadline is not None:
            self._wait_no_more()
        if idle and not self._in_headers and self.timeout_keep_alive_task is None and self.cycle.response_complete:
            self.transport.close()  # empty lines between requests begin nothing, and would stop the idle clock

    def send_400_response(self, msg: str) -> None:
        """Called for what is no HTTP."""
        self._refuse(400)

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
        if self.transport.is_closing():
            return
        if self._may_answer():
            log.info("connection refused", http_status=status)
            self.transport.write(_answer(status))
        self.transport.close()

    def _may_answer(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        return not self._in_headers and not cycle.response_started  # it is this request's own body that is wrong


def _answer(status: int) -> bytes:
    problem = problems.of_status(status)
    headers = (*problem.raw_headers, *ANSWER_HEADERS, (b"connection", b"close"))
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return STATUS_LINE[status] + lines + b"\r\n" + bytes(problem.body)

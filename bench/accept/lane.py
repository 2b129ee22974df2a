"""One kept-open connection with one request under way. Reads no more of an answer than its status and length."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

_ACCEPTED: Final = b"202"
_STATUS_AT: Final = len(b"HTTP/1.1 ")
_LENGTH: Final = b"\r\ncontent-length: "


class Refused(RuntimeError):
    """A server answered something else than 202, so nothing was measured: refusing is not accepting."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(f"refused: {answer.decode(errors='replace')}")


class Lane(asyncio.Protocol):
    """Calls ``answered`` with each whole answer. ``since`` is the instant from which that answer's latency counts."""

    def __init__(self, answered: "Callable[[Lane], None]", failed: Callable[[Exception], None]) -> None:
        self.since = 0.0
        self._answered = answered
        self._failed = failed
        self._early = b""
        self._beginning = b""
        self._accepted = False
        self._missing = 0
        self._closing = False
        self._transport: asyncio.WriteTransport | None = None

    def send(self, request: bytes, *, since: float) -> None:
        """Begin a request; the answer to the one before MUST have come."""
        assert self._transport is not None
        self.since = since
        self._transport.write(request)

    def close(self) -> None:
        """End the connection; no longer a failure from now on."""
        self._closing = True
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is one without saying so

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closing:
            self._failed(ConnectionResetError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        if self._missing == 0:
            data = self._early + data
            whole = length_of_answer(data)
            if whole == 0:
                self._early = data
                return
            self._early = b""
            self._accepted = data.startswith(_ACCEPTED, _STATUS_AT)
            self._beginning = data
            self._missing = whole
        self._missing -= len(data)
        if self._missing == 0:
            self._finish(data)
        elif self._missing < 0:
            self._failed(ValueError("an answer is longer than it says"))

    def _finish(self, end: bytes) -> None:
        if self._accepted:
            self._answered(self)
        else:
            whole = self._beginning if end is self._beginning else self._beginning + end
            self._failed(Refused(whole))


def length_of_answer(beginning: bytes) -> int:
    """How many bytes the answer has, head and body; 0 while its head is not complete."""
    end = beginning.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = beginning[: end + 2].lower()
    place = head.find(_LENGTH)
    if place < 0:
        raise ValueError("the answer does not say how long it is")
    place += len(_LENGTH)
    return end + 4 + int(head[place : head.index(b"\r", place)])

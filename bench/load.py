"""A fixed-concurrency HTTP client: one request at a time on each connection, the next one after the answer."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

Make = Callable[[], Sequence[bytes]]
"""The next request, as parts to be joined."""

_ACCEPTED: Final = b"202"
_ANSWER_SECONDS: Final = 30.0


@dataclass
class Sample:
    """What one round measured. Latencies are milliseconds, in the order of the answers."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that ``share`` of the answers stayed within."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    """One kept-open connection with one request under way. Reads no more of an answer than its status and length."""

    def __init__(self) -> None:
        self._received = b""
        self._length = -1
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._length < 0:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._length = end + 4 + _content_length(self._received[:end])
        if len(self._received) >= self._length and self._answer is not None:
            self._answer.set_result(self._received[9:12])

    async def ask(self, request: bytes) -> bytes:
        """The three digits of the answer's status."""
        assert self._transport is not None
        self._received, self._length = b"", -1
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await asyncio.wait_for(self._answer, _ANSWER_SECONDS)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def load(port: int, make: Make, *, connections: int, seconds: float) -> Sample:
    """Send to 127.0.0.1 for ``seconds``. Anything but 202 is counted as refused and never as an answer."""
    sample = Sample()
    loop = asyncio.get_running_loop()
    lanes = [(await loop.create_connection(_Connection, "127.0.0.1", port))[1] for _ in range(connections)]
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(_lane(lane, make, sample, until) for lane in lanes))
    sample.seconds = time.perf_counter() - began
    for lane in lanes:
        lane.close()
    return sample


async def _lane(lane: _Connection, make: Make, sample: Sample, until: float) -> None:
    while (sent_at := time.perf_counter()) < until:
        status = await lane.ask(b"".join(make()))
        if status == _ACCEPTED:
            sample.latencies.append((time.perf_counter() - sent_at) * 1000)
        else:
            sample.refused += 1


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("the answer does not say how long it is")

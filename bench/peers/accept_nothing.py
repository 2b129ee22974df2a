"""Bytes in, the same answer out: how fast the load generator can be, with no server to wait for."""

import asyncio
import os
from typing import Final, cast

import uvloop

_ANSWER: Final = b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
_LENGTH: Final = b"Content-Length: "


class Answering(asyncio.Protocol):
    """Counts bytes until a request is whole. All requests of a connection are equally long."""

    def __init__(self) -> None:
        self._length = 0
        self._received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is one without saying so

    def data_received(self, data: bytes) -> None:
        if self._length == 0:
            end = data.index(b"\r\n\r\n")
            place = data.index(_LENGTH) + len(_LENGTH)
            self._length = end + 4 + int(data[place : data.index(b"\r", place)])
        self._received += len(data)
        if self._received >= self._length:
            self._received -= self._length
            self._transport.write(_ANSWER)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", int(os.environ["PORT"]), backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve())

"""One kept-open HTTP/1.1 connection that is opened again when it breaks: cheap, because the sender shares the cores."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

ATTEMPT_SECONDS: Final = 30.0

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """An answer, whole; the names of its headers are in small letters."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)

    @property
    def is_success(self) -> bool:
        """Whether what was asked for was done."""
        return 200 <= self.status < 300


class Connection:
    """To one server, with one request at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, headers: Headers, body: str = "") -> Reply | None:
        """The answer; None when there was none, so that nobody knows what became of the request."""
        content = body.encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await self._exchange("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            await self.close()
            return None

    async def close(self) -> None:
        """End the connection; the next request opens another."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, request: bytes) -> Reply:
        if self._streams is not None and self._streams[0].at_eof():
            await self.close()  # the server does not keep connections for ever that are not used
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(request)
        await writer.drain()
        status, headers = _head(await reader.readuntil(b"\r\n\r\n"))
        reply = Reply(status, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
        if headers.get("connection") == "close":
            await self.close()
        return reply


def _head(head: bytes) -> tuple[int, Headers]:
    """The status and the headers. Raises ``ValueError`` when it is no head of HTTP."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    named = (line.partition(":") for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in named}

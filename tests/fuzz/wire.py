"""HTTP by hand: bytes as they are, at whatever pace, and whatever comes back."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LONG_ENOUGH_SECONDS: Final = 30.0
"""A server that has neither answered nor closed by then keeps somebody waiting."""


@dataclass(frozen=True)
class Answer:
    """One answer; ``status`` 0 is none: the connection was closed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def said(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


CLOSED: Final = Answer(0, {}, b"")


def request(
    method: str, path: str, headers: Mapping[str, str], body: bytes | None = None, *, version: str = "1.1"
) -> bytes:
    """A request as a good client writes it; a length is said when there is a body and nothing else says it."""
    lines = [
        f"{method} {path} HTTP/{version}",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    names = {name.lower() for name in headers}
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + (body or b"")


def chunked(*parts: bytes) -> bytes:
    """A body that says no length in advance."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part) + b"0\r\n\r\n"


async def talk(
    port: int, *parts: bytes, answers: int = 1, pause_seconds: float = 0.0, half_closed: bool = False
) -> list[Answer]:
    """Send the parts, with pauses between them, and read so many answers or until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending = asyncio.create_task(_send(writer, parts, pause_seconds, half_closed=half_closed))
    try:
        async with asyncio.timeout(LONG_ENOUGH_SECONDS):
            return [await _read(reader) for _ in range(answers)]
    finally:
        sending.cancel()
        writer.close()
        await asyncio.gather(sending, _closed(writer), return_exceptions=True)


async def _send(
    writer: asyncio.StreamWriter, parts: Sequence[bytes], pause_seconds: float, *, half_closed: bool
) -> None:
    for part in parts:
        writer.write(part)
        await writer.drain()
        if pause_seconds:
            await asyncio.sleep(pause_seconds)
    if half_closed:
        writer.write_eof()


async def _closed(writer: asyncio.StreamWriter) -> None:
    await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Answer:
    """One answer, also one that was cut off: what was read of it counts."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        status, headers = _head(head)
        if status == 100:
            return await _read(reader)
        body = await _body(reader, headers)
    except (asyncio.IncompleteReadError, ConnectionError):
        return CLOSED
    return Answer(status, headers, body)


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return int(first.split(" ")[1]), {name.lower(): value for name, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") != "chunked":
        return b""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body

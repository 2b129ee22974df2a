"""Receivers for this service's tests: a real HTTP server that answers as asked, and a real SMTP server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


def answer(status: int, *headers: str) -> bytes:
    """A response of that status with more header lines."""
    lines = [f"HTTP/1.1 {status} X", "content-length: 0", *headers, "", ""]
    return "\r\n".join(lines).encode()


@dataclass
class Post:
    """One request as it arrived."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An agency's web server. ``answers`` are used up in order, the last one for ever; None never answers, and an empty
    one ends the connection. With ``keeps`` a connection is used again. ``ended``: a connection has ended.
    """

    port: int = 0
    keeps: bool = False
    answers: list[bytes | None] = field(default_factory=lambda: [OK])
    posts: list[Post] = field(default_factory=list)
    connections: int = 0
    names: list[str | None] = field(default_factory=list)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer) and self.keeps:
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()
            self.ended.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; False when the connection is of no more use."""
        self.posts.append(await _read_post(reader))
        reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if reply is None:
            await self.stopped.wait()
            return False
        writer.write(reply)
        await writer.drain()
        return bool(reply)


@asynccontextmanager
async def receiver(
    *answers: bytes | None, tls: ssl.SSLContext | None = None, keeps: bool = False
) -> AsyncIterator[Receiver]:
    """A web server on a free port of 127.0.0.1 for as long as the block lasts."""
    agency = Receiver(answers=list(answers) or [OK], keeps=keeps)
    if tls is not None:
        tls.sni_callback = lambda _, name, __: agency.names.append(name)
    server = await asyncio.start_server(agency.serve, "127.0.0.1", 0, ssl=tls)
    agency.port = server.sockets[0].getsockname()[1]
    try:
        yield agency
    finally:
        agency.stopped.set()
        server.close()
        await server.wait_closed()


async def _read_post(reader: asyncio.StreamReader) -> Post:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Post(head[0].split(" ")[1], headers, body)


@dataclass
class Postbox:
    """A mail server. ``reply`` is what it says to a message, ``refuse`` to a recipient, ``ends_with`` to the next
    sender, once: the text, or nothing when it is ``close``. ``alone``: the last connection has ended.
    """

    port: int = 0
    reply: str = "250 OK"
    refuse: str | None = None
    ends_with: str | None = None
    messages: list[bytes] = field(default_factory=list)
    connections: int = 0
    open: set[Any] = field(default_factory=set)
    alone: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        ending, self.ends_with = self.ends_with, None
        if ending is not None:
            asyncio.get_running_loop().call_soon(server.transport.close)
            if ending == "close":
                server.transport.abort()
            return ending
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse is not None:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.messages.append(envelope.content)
        return self.reply


class _Counted(SMTP):
    """A connection that its postbox knows of."""

    def connection_made(self, transport: Any) -> None:
        self.event_handler.connections += 1
        self.event_handler.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.open.discard(self)
        if not self.event_handler.open:
            self.event_handler.alone.set()
        super().connection_lost(error)


@asynccontextmanager
async def postbox(**changes: str) -> AsyncIterator[Postbox]:
    """A mail server on a free port of 127.0.0.1 for as long as the block lasts."""
    box = Postbox(**changes)  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Counted(box, hostname="mail.example.org", loop=loop), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()

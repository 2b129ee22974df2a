"""Does TLS before a server that does none, with a certificate that can be exchanged while connections stay open."""

import asyncio
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tests.tls.certificates import Issued

SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)  # of PostgreSQL's protocol, which asks for TLS before it begins
_CHUNK: Final = 65_536


class Front:
    """One proxy. Each new connection is shown the certificate of that moment, as by a server that has read it again."""

    def __init__(self, certificate: Issued, *, as_postgresql: bool = False) -> None:
        self.port = 0
        self.behind = 0
        self._certificate = certificate
        self._as_postgresql = as_postgresql
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open: set[asyncio.Task[None]] = set()

    def show(self, certificate: Issued) -> None:
        """From the next connection on."""
        self._certificate = certificate

    def drop(self) -> None:
        """End every connection that is open, as a network or a restarted server does."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in list(self._open)])

    async def listen(self) -> asyncio.Server:
        """Begin, in the running loop, on a free port."""
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if self._as_postgresql and await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST:
                writer.write(b"S")
            await writer.start_tls(self._context())
            await self._pass_on(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._open.discard(task)
            writer.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate.certificate, self._certificate.key)
        return context

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.behind)
        ways = [asyncio.ensure_future(_copy(reader, to_server)), asyncio.ensure_future(_copy(from_server, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            to_server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()


@contextmanager
def listening(*fronts: Front) -> Iterator[None]:
    """All of them on a thread of their own, so that they serve whatever the test's own loop waits for."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fronts", daemon=True)
    thread.start()
    servers = [asyncio.run_coroutine_threadsafe(front.listen(), loop).result() for front in fronts]
    try:
        yield
    finally:
        for front, server in zip(fronts, servers, strict=True):
            loop.call_soon_threadsafe(server.close)
            front.drop()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()

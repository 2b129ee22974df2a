"""Agencies' web servers: a request at a time on each connection, and connections that are kept for the next notice."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import httpcore2

from agency_notify.addresses import AddressNotAllowed, Guard, PinnedBackend, Resolver

KEPT_SECONDS: Final = 4.0
"""A connection that nobody uses is kept so long: less than usual servers keep it."""
MOST_KEPT: Final = 128
READ_SECONDS: Final = 1.0
MOST_READ_BYTES: Final = 65_536

_Place = tuple[bytes, bytes, int]
_Connection = httpcore2.AsyncHTTPConnection


@dataclass(frozen=True)
class Request:
    """A POST to make."""

    url: str
    body: bytes
    headers: Mapping[bytes | str, bytes | str]


@dataclass(frozen=True)
class Answer:
    """What is used of an answer. All else that a receiver says is thrown away."""

    status: int
    retry_after: str | None


class Receivers:
    """POSTs to web servers. It knows no deadline: its caller MUST have one.

    Plain HTTP reaches only the private addresses an operator opened; every other address needs HTTPS. No proxy is read
    from the environment. Every connection is checked and pinned when it is made, and kept for a moment for the next
    request to the same place. One that its receiver has closed meanwhile costs no attempt: the request goes by another.
    When it ended in the middle of a request the receiver may have that twice.
    """

    def __init__(self, resolver: Resolver, *, allowed: Sequence[str], tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls or httpcore2.default_ssl_context()
        self._backends = {
            b"https": PinnedBackend(Guard(allowed), resolver),
            b"http": PinnedBackend(Guard(allowed, public=False), resolver),
        }
        self._kept: dict[_Place, dict[_Connection, asyncio.TimerHandle]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def post(self, request: Request) -> Answer:
        """Raises ``AddressNotAllowed``, ``SSLError``, and the library's errors of network, protocol and time."""
        origin = self._origin(request.url)
        place = (origin.scheme, origin.host, origin.port)
        while (kept := self._take(place)) is not None:
            with suppress(httpcore2.ReadError, httpcore2.WriteError, httpcore2.RemoteProtocolError):
                return await self._exchange(kept, place, request)
        backend = self._backends[origin.scheme]
        return await self._exchange(_Connection(origin, self._tls, network_backend=backend), place, request)

    async def close(self) -> None:
        """Close what is open."""
        for place in list(self._kept):
            while (connection := self._take(place)) is not None:
                await connection.aclose()
        await asyncio.gather(*self._ending)

    def _origin(self, url: str) -> httpcore2.Origin:
        parsed = httpcore2.URL(url)
        if parsed.scheme not in self._backends:
            raise AddressNotAllowed
        return parsed.origin

    async def _exchange(self, connection: _Connection, place: _Place, request: Request) -> Answer:
        try:
            async with connection.stream(
                "POST", request.url, headers=request.headers, content=request.body
            ) as response:
                answer = Answer(response.status, _header(response.headers, b"retry-after"))
                await _read_to_the_end(response)
                return answer
        finally:
            if connection.is_idle():
                self._keep(place, connection)

    def _take(self, place: _Place) -> _Connection | None:
        """The connection that was used last. That its receiver has ended it shows when it is used."""
        kept = self._kept.get(place)
        if not kept:
            return None
        connection, ending = kept.popitem()
        ending.cancel()
        return connection

    def _keep(self, place: _Place, connection: _Connection) -> None:
        if sum(map(len, self._kept.values())) >= MOST_KEPT:
            self._end(connection)
            return
        loop = asyncio.get_running_loop()
        ending = loop.call_later(KEPT_SECONDS, self._forget, place, connection)
        self._kept.setdefault(place, {})[connection] = ending

    def _forget(self, place: _Place, connection: _Connection) -> None:
        kept = self._kept[place]
        del kept[connection]
        if not kept:
            del self._kept[place]
        self._end(connection)

    def _end(self, connection: _Connection) -> None:
        ending = asyncio.get_running_loop().create_task(connection.aclose())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


async def _read_to_the_end(response: httpcore2.Response) -> None:
    """Only a connection that was read to its end can be kept. The answer is there already: one that is long, slow or
    broken off ends its connection, and changes nothing.
    """
    read = 0
    with suppress(TimeoutError, httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in response.aiter_stream():
                read += len(chunk)
                if read > MOST_READ_BYTES:
                    return


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), None)

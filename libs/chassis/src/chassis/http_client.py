"""The one way out over HTTP: deadlines and limits on everything, no redirects, no retries of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from functools import cache
from typing import Any, Final, Self

import httpx2

from chassis import telemetry
from contracts.problems import Unavailable

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 60.0
"""So long an answer that goes on may say nothing."""
MAX_ANSWER_BYTES: Final = 4 * 1_048_576


class NoAnswer(Unavailable):
    """The other side could not be reached, did not answer in time, or answered with what nobody can use."""

    slug, title = "no-answer", "A service we depend on did not answer. Try again"


class HttpClient:
    """A pool of connections. MUST be closed by the code that made it."""

    def __init__(self, client: httpx2.AsyncClient, *, timeout_seconds: float = TOTAL_SECONDS) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds

    @classmethod
    def connect(cls, *, timeout_seconds: float = TOTAL_SECONDS) -> Self:
        """Make the pool; proxies of the environment are not used. ``timeout_seconds`` is for a whole request."""
        timeout = httpx2.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds))
        client = httpx2.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False, verify=authorities())
        return cls(client, timeout_seconds=timeout_seconds)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx2.Response:
        """One attempt, its body read. The open trace goes along. Any status is a response, a redirect too.

        Raises ``NoAnswer`` when there is none within the time, or it is larger than ``MAX_ANSWER_BYTES``. The other
        side may have done what it was asked all the same.
        """
        traceparent = telemetry.current_traceparent()
        traced = {"traceparent": traceparent} if traceparent else {}
        try:
            # The client's own timeouts are for each step; a sender of single bytes would never meet them.
            async with asyncio.timeout(self._timeout_seconds):
                async with self._client.stream(method, url, headers={**traced, **(headers or {})}, **content) as given:
                    return await _read(given)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, TimeoutError) as error:
            raise NoAnswer from error

    async def lines(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[str]:
        """The lines of an answer that goes on, such as server-sent events, for as long as they come.

        Raises ``NoAnswer`` when there is none, when it is not 200, and when nothing came for ``SILENT_SECONDS``.
        """
        silence = httpx2.Timeout(CONNECT_SECONDS, read=SILENT_SECONDS)
        try:
            async with self._client.stream("GET", url, headers=headers, timeout=silence) as given:
                if given.status_code != httpx2.codes.OK:
                    raise NoAnswer
                async for line in given.aiter_lines():
                    yield line
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise NoAnswer from error

    async def get_json(self, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """A document. Raises ``NoAnswer`` unless the answer is 200 and JSON."""
        response = await self.request("GET", url, headers=headers)
        if response.status_code != httpx2.codes.OK:
            raise NoAnswer
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise NoAnswer from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


@cache
def authorities() -> ssl.SSLContext:
    """Whose certificates are believed: the system's authorities, read once: that takes longer than many requests."""
    return httpx2.create_ssl_context(trust_env=False)


async def _read(given: httpx2.Response) -> httpx2.Response:
    """The response with its body, counted after decompression: a small answer may unpack into a huge one."""
    body = bytearray()
    async for piece in given.aiter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise NoAnswer
    headers = [(name, value) for name, value in given.headers.multi_items() if name != "content-encoding"]
    return httpx2.Response(given.status_code, headers=headers, content=bytes(body), request=given.request)

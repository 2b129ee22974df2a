"""The one way out over HTTP: deadlines on everything, no redirects, no retries of its own."""

from collections.abc import Mapping
from typing import Any, Final, Self

import httpx2
from contracts.problems import Unavailable

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0


class NoAnswer(Unavailable):
    """The other side could not be reached, or did not answer in time."""

    slug, title = "no-answer", "A service we depend on did not answer. Try again"


class HttpClient:
    """A pool of connections. MUST be closed by whoever made it."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    @classmethod
    def connect(cls, *, timeout_seconds: float = TOTAL_SECONDS) -> Self:
        """Make the pool; proxies of the environment are not used."""
        timeout = httpx2.Timeout(timeout_seconds, connect=CONNECT_SECONDS)
        return cls(httpx2.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False))

    async def request(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """One attempt. Raises ``NoAnswer`` when there is no response; any status is a response."""
        try:
            return await self._client.request(method, url, **options)
        except httpx2.HTTPError as error:
            raise NoAnswer from error

    async def get_json(self, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """A document. Raises ``NoAnswer`` unless the answer is 200 and JSON."""
        response = await self.request("GET", url, headers=dict(headers or {}))
        if response.status_code != httpx2.codes.OK:
            raise NoAnswer
        try:
            return response.json()
        except ValueError as error:
            raise NoAnswer from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

"""Where the verifier reads a log from: a folder of files, or an address over HTTP. Trusts neither."""

import http.client
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import SplitResult, urlsplit

from audit.merkle import VerificationError

TIMEOUT_SECONDS: Final = 30.0
ATTEMPTS: Final = 3
MAX_RESPONSE_BYTES: Final = 256 * (2 + 65_535)  # the largest entry bundle there can be
_READERS: Final = 4
_READ_AHEAD: Final = 32


class Unreachable(Exception):
    """The log could not be read, so nothing is known about it."""


class Refused(Unreachable):
    """Who asks is not known any more, or may not read it: asking again changes nothing."""


class Missing(VerificationError):
    """The log answers, but lacks a part that its checkpoint promises."""


Headers = Callable[[], Mapping[str, str]]
"""What each request says of who asks. It is asked again every time: a token that ends may be replaced meanwhile."""


def nobody() -> Mapping[str, str]:
    """For what is open to everybody."""
    return {}


class Source(Protocol):
    """A place that keeps a log."""

    def read(self, path: str) -> bytes:
        """The bytes at a path below the log's prefix. Raises ``Missing`` or ``Unreachable``."""
        ...

    def close(self) -> None:
        """Let go of whatever reading needed."""
        ...


class FolderSource:
    """A log saved as files, laid out by the same paths."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError as error:
            raise Missing(f"{path} is missing from the log") from error
        except OSError as error:
            raise Unreachable(f"{path} cannot be read: {error.strerror}") from error

    def close(self) -> None:
        """Files are closed as they are read."""


class HttpSource:
    """A log behind an address. One kept-open connection for each reading thread; redirects are not followed."""

    def __init__(self, address: str, headers: Headers = nobody) -> None:
        self._headers = headers
        self._parts = urlsplit(address)
        self._prefix = self._parts.path.rstrip("/")
        self._kept = threading.local()
        self._opened: list[http.client.HTTPConnection] = []  # by all threads, to be closed by one

    def read(self, path: str) -> bytes:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._get(path)
            except Refused:
                raise
            except (OSError, http.client.HTTPException, Unreachable):
                self._drop()
        try:
            return self._get(path)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{self._parts.netloc} does not answer: {type(error).__name__}") from error

    def close(self) -> None:
        """Close every connection. MUST NOT be called while a thread still reads."""
        for connection in self._opened:
            connection.close()

    def _get(self, path: str) -> bytes:
        connection = self._connection()
        headers = {"Accept-Encoding": "identity", **self._headers()}
        connection.request("GET", f"{self._prefix}/{path}", headers=headers)
        response = connection.getresponse()
        body = response.read(MAX_RESPONSE_BYTES + 1)
        if response.status == http.client.NOT_FOUND:
            raise Missing(f"{path} is missing from the log")
        if response.status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
            raise Refused(
                f"{self._parts.netloc} does not show {path} with this token: sign in again, as somebody who may see it"
            )
        if response.status != http.client.OK:
            raise Unreachable(f"{self._parts.netloc} answered {response.status} for {path}")
        if len(body) > MAX_RESPONSE_BYTES:
            raise VerificationError(f"{path} is larger than any part of a log may be")
        return body

    def _connection(self) -> http.client.HTTPConnection:
        kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        if kept is None:
            kept = _connect(self._parts)
            self._kept.connection = kept
            self._opened.append(kept)
        return kept

    def _drop(self) -> None:
        """A connection that failed once may be half-way through an answer: never use it again."""
        self._connection().close()
        del self._kept.connection


def open_source(location: str, headers: Headers = nobody) -> Source:
    """A source for an ``http(s)://`` address or a folder. Raises ``Unreachable`` when it is neither."""
    if location.startswith(("http://", "https://")):
        return HttpSource(location, headers)
    folder = Path(location)
    if not folder.is_dir():
        raise Unreachable(f"{location} is neither an http(s) address nor a folder")
    return FolderSource(folder)


def read_ahead(source: Source, paths: Iterable[str]) -> Iterator[bytes]:
    """The bytes at each path, in order, while a few later ones are already being fetched."""
    with ThreadPoolExecutor(_READERS) as pool:
        fetching: deque[Future[bytes]] = deque()
        try:
            for path in paths:
                fetching.append(pool.submit(source.read, path))
                if len(fetching) >= _READ_AHEAD:
                    yield fetching.popleft().result()
            while fetching:
                yield fetching.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _connect(parts: SplitResult) -> http.client.HTTPConnection:
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_SECONDS, context=context)
    return http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)

"""The way out: bounded in time and size, no redirects, no retries, and one kind of failure."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import http_client, telemetry
from chassis.http_client import HttpClient, NoAnswer


class Server:
    """A real server of raw answers, so that what arrives is what a network brings."""

    def __init__(self) -> None:
        self.answer = b""
        self.drip = False
        self.silent = False
        self.released = asyncio.Event()
        self.requests: list[bytes] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.answer)
            await writer.drain()
            while self.drip:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
            if self.silent:
                await self.released.wait()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.drip = False
        finally:
            writer.close()

    def answers(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.answer = "\r\n".join(lines).encode() + body


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, str]]:
    server = Server()
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield server, f"http://127.0.0.1:{port}/path"
    server.drip = False
    server.released.set()
    listening.close()


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    made = HttpClient.connect(timeout_seconds=0.5)
    yield made
    await made.close()


async def test_a_document_is_read(server: tuple[Server, str], client: HttpClient) -> None:
    server[0].answers(b'{"a": "\xc3\xab"}')

    assert await client.get_json(server[1], headers={"X-Own": "1"}) == {"a": "ë"}
    assert b"x-own: 1" in server[0].requests[0].lower()


async def test_any_status_is_a_response_but_no_document(server: tuple[Server, str], client: HttpClient) -> None:
    server[0].answers(b"{}", status="404 Not Found")

    response = await client.request("POST", server[1], json={"a": 1})

    assert (response.status_code, response.json()) == (404, {})
    with pytest.raises(NoAnswer):
        await client.get_json(server[1])


async def test_a_redirect_is_not_followed(server: tuple[Server, str], client: HttpClient) -> None:
    server[0].answers(b"", f"Location: {server[1]}", status="302 Found")

    response = await client.request("GET", server[1])

    assert response.status_code == 302
    assert len(server[0].requests) == 1


async def test_nobody_listening_is_no_answer_at_the_first_try(client: HttpClient) -> None:
    listening = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listening.close()
    await listening.wait_closed()

    with pytest.raises(NoAnswer) as caught:
        await client.request("GET", f"http://127.0.0.1:{port}")

    assert caught.value.status == 503
    assert str(port) not in str(caught.value.body())


async def test_a_server_that_drips_meets_the_deadline_of_the_whole_request(
    server: tuple[Server, str], client: HttpClient
) -> None:
    server[0].answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    server[0].drip = True
    began = time.monotonic()

    with pytest.raises(NoAnswer):
        await client.request("GET", server[1])

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_beyond_the_limit_is_none_packed_or_not(
    server: tuple[Server, str], client: HttpClient, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "MAX_ANSWER_BYTES", 100_000)
    body = b"0" * 100_001
    server[0].answers(gzip.compress(body) if packed else body, *(["Content-Encoding: gzip"] if packed else []))

    with pytest.raises(NoAnswer):
        await client.request("GET", server[1])


async def test_a_packed_answer_is_unpacked(server: tuple[Server, str], client: HttpClient) -> None:
    server[0].answers(gzip.compress(b"[1]"), "Content-Encoding: gzip")

    assert await client.get_json(server[1]) == [1]


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_no_document(server: tuple[Server, str], client: HttpClient, body: bytes) -> None:
    server[0].answers(body)

    with pytest.raises(NoAnswer):
        await client.get_json(server[1])


@pytest.mark.parametrize("answer", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"])
async def test_broken_http_is_no_answer(server: tuple[Server, str], client: HttpClient, answer: bytes) -> None:
    server[0].answer = answer

    with pytest.raises(NoAnswer):
        await client.request("GET", server[1])


@pytest.mark.parametrize("url", ["", "nonsense", "file:///etc/passwd", "http://", "http://[::1"])
async def test_what_is_no_address_is_no_answer(client: HttpClient, url: str) -> None:
    with pytest.raises(NoAnswer):
        await client.request("GET", url)


async def test_the_open_trace_goes_along(
    server: tuple[Server, str], client: HttpClient, spans: InMemorySpanExporter
) -> None:
    server[0].answers(b"{}")

    with telemetry.span("fetch"):
        traceparent = telemetry.current_traceparent()
        await client.get_json(server[1])

    assert f"traceparent: {traceparent}".encode() in server[0].requests[0].lower()
    assert len(spans.get_finished_spans()) == 1


async def test_the_pool_is_whole_after_many_cancelled_requests(server: tuple[Server, str], client: HttpClient) -> None:
    server[0].drip = True
    server[0].answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    tasks = [asyncio.create_task(client.request("GET", server[1])) for _ in range(150)]
    await asyncio.wait(tasks, timeout=0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    server[0].drip = False
    server[0].answers(b"[1]")

    assert await client.get_json(server[1]) == [1]


async def test_an_answer_that_goes_on_is_read_line_by_line(server: tuple[Server, str], client: HttpClient) -> None:
    server[0].answers(b"event: changed\ndata: {}\n\n", "Content-Type: text/event-stream")

    lines = [line async for line in client.lines(server[1], headers={"Accept": "text/event-stream"})]

    assert lines == ["event: changed", "data: {}", ""]
    assert b"accept: text/event-stream" in server[0].requests[0].lower()


async def test_an_answer_that_goes_on_is_no_answer_unless_it_is_good(
    server: tuple[Server, str], client: HttpClient
) -> None:
    server[0].answers(b"", status="429 Too Many Requests")

    with pytest.raises(NoAnswer):
        _ = [line async for line in client.lines(server[1])]


async def test_an_answer_that_falls_silent_is_given_up(
    server: tuple[Server, str], client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "SILENT_SECONDS", 0.2)
    server[0].answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst\n"
    server[0].silent = True

    lines: list[str] = []
    with pytest.raises(NoAnswer):
        async for line in client.lines(server[1]):
            lines.append(line)

    assert lines == ["first"]

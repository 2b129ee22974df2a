"""A connection that does not say what it wants, soon and in few words, is answered so and closed."""

import asyncio
import json
import select
import socket
from collections.abc import AsyncIterator, Callable

import pytest
import uvicorn
from uvicorn.server import ServerState

from chassis.testing.signer import Signer
from chassis.web import connection
from chassis.web.app import create_app
from chassis.web.connection import Connection
from chassis.web.service_router import ServiceRouter

SOON = 0.2
BOUND_SECONDS = 10
router = ServiceRouter()
waiting = asyncio.Event()

Talk = Callable[..., "asyncio.Future[bytes]"]


@router.post("/echo")
async def echo(body: dict[str, int]) -> dict[str, int]:
    return body


inside: "asyncio.Queue[None]" = asyncio.Queue()
"""One for each slow request that has come in."""


@router.get("/slow")
async def slow() -> str:
    inside.put_nowait(None)
    await waiting.wait()
    return "slow"


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(connection, "HEADER_SECONDS", SOON)
    app = create_app(title="Test", version="1", routers=[router], verifier=Signer().verifier(), readiness={})
    config = uvicorn.Config(app, http=Connection, ws="none", log_config=None, server_header=False)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    waiting.clear()
    while not inside.empty():
        inside.get_nowait()
    yield listening.sockets[0].getsockname()[1]
    listening.close()
    waiting.set()
    await asyncio.gather(*state.tasks)
    for each in list(state.connections):
        each.shutdown()
    await listening.wait_closed()


async def said(port: int, *parts: bytes, pause_seconds: float = 0.0) -> bytes:
    """Everything until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.create_task(reader.read())
    for part in parts:
        writer.write(part)
        await asyncio.wait([reading], timeout=pause_seconds)
    try:
        return await asyncio.wait_for(reading, BOUND_SECONDS)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def post(body: bytes, *headers: bytes) -> bytes:
    lines = (b"POST /echo HTTP/1.1", b"Host: x", b"Content-Type: application/json", *headers)
    return b"\r\n".join((*lines, b"Content-Length: %d" % len(body), b"", body))


def refused(answer: bytes, status: int) -> None:
    """It is one problem of ours, and says that the connection ends."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"content-type: application/problem+json\r\n" in head
    assert b"cache-control: no-store\r\n" in head
    assert b"connection: close" in head
    assert json.loads(body)["status"] == status


async def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    refused(await said(port), 408)


async def test_headers_that_come_too_slowly_are_refused_however_often_a_byte_comes(port: int) -> None:
    dripping = [b"POST /echo HTTP/1.1\r\n", *[b"X: y\r\n"] * 50]

    refused(await said(port, *dripping, pause_seconds=SOON / 10), 408)


@pytest.mark.parametrize(
    "headers",
    [b"X: " + b"y" * 100_000, b"X: y\r\n" * 20_000, b"X" * 100_000],
    ids=["one value", "many", "one name"],
)
async def test_headers_that_are_too_large_are_refused(port: int, headers: bytes) -> None:
    refused(await said(port, b"POST /echo HTTP/1.1\r\n", headers), 431)


async def test_a_line_that_is_too_long_is_refused(port: int) -> None:
    refused(await said(port, b"GET /" + b"a" * 100_000), 431)


@pytest.mark.parametrize("noise", [b"\x16\x03\x01\x02\x00\x01", b"\x00" * 50, b"GET / HTTP/9.9\r\n\r\n"])
async def test_what_is_no_http_is_refused(port: int, noise: bytes) -> None:
    refused(await said(port, noise), 400)


async def test_a_body_in_broken_chunks_is_refused(port: int) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

    refused(await said(port, head, b"not-a-size\r\n"), 400)


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (b"POST /echo HTTP/1.1\r\nX: " + b"y" * 100_000, 431),
        (b"\x00" * 50, 400),
        (post(b"{}").replace(b"Content-Length: 2", b"Content-Length: 99999999"), 413),
    ],
    ids=["headers", "no http", "body"],
)
async def test_a_client_that_goes_on_sending_reads_why_it_was_refused(port: int, first: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, first)
        await asyncio.to_thread(select.select, [client], [], [], BOUND_SECONDS)  # the answer is here, and is not read
        for _ in range(20):
            await loop.sock_sendall(client, b"y" * 1_000)
            await asyncio.sleep(0.01)
        answer = bytearray()
        while piece := await asyncio.wait_for(loop.sock_recv(client, 65_536), BOUND_SECONDS):
            answer += piece

    refused(bytes(answer), status)


async def test_a_refused_client_that_stays_is_left_in_a_while(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LINGER_SECONDS", SOON)
    _, writer = await opened(port, b"\x00" * 50)

    async with asyncio.timeout(BOUND_SECONDS):
        with pytest.raises(ConnectionError):
            while True:
                writer.write(b"y")
                await writer.drain()
                await asyncio.sleep(SOON / 10)


async def test_a_connection_goes_on_to_serve_after_longer_than_headers_may_take(port: int) -> None:
    last = post(b'{"a":2}', b"Connection: close")

    answers = await said(port, post(b'{"a":1}'), last, pause_seconds=SOON * 3)

    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert answers.endswith(b'{"a":2}')


async def test_a_slow_body_is_not_taken_for_slow_headers(port: int) -> None:
    whole = post(b'{"a":1}', b"Connection: close")

    answer = await said(port, whole[:-4], whole[-4:], pause_seconds=SOON * 3)

    assert answer.endswith(b'{"a":1}')


async def test_empty_lines_do_not_keep_a_connection_that_asks_for_nothing(port: int) -> None:
    answers = await said(port, post(b'{"a":1}'), b"\r\n", b"\r\n", pause_seconds=SOON / 2)

    assert answers.endswith(b'{"a":1}')


async def test_no_refusal_is_taken_for_the_answer_to_a_request_before(port: int) -> None:
    asked = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"

    answers = await said(port, asked, b"GET /echo HTTP/1.1\r\nX-half", pause_seconds=SOON / 2)

    assert answers == b""


async def test_a_packed_body_is_refused_and_not_unpacked(port: int) -> None:
    answer = await said(port, post(b"\x1f\x8b\x08\x00", b"Content-Encoding: gzip", b"Connection: close"))

    assert answer.startswith(b"HTTP/1.1 415 ")
    assert b"problems/unsupported-encoding" in answer


# -- one too many ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for three connections."""
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(connection, "HEADER_SECONDS", 60.0)


async def opened(port: int, *parts: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has sent this much."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    return reader, writer


async def closed(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def slow_ones(port: int, count: int) -> list[asyncio.StreamWriter]:
    """Connections whose requests are under way."""
    writers = []
    for _ in range(count):
        _, writer = await opened(port, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        writers.append(writer)
        await asyncio.wait_for(inside.get(), BOUND_SECONDS)
    return writers


@pytest.mark.usefixtures("three")
async def test_an_idle_connection_makes_way_before_one_that_is_about_to_ask(port: int) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        asking, asker = await opened(port, b"GET /echo HTTP/1.1\r\nX-half")
        idle, idler = await opened(port, post(b'{"a":1}'))
        await idle.readuntil(b'{"a":1}')
        writers = [asker, idler, *await slow_ones(port, 1)]

        answer = await said(port, post(b'{"a":2}', b"Connection: close"))

        assert answer.endswith(b'{"a":2}')
        assert await idle.read() == b""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asking.read(1), SOON)
    await closed(writers)


@pytest.mark.usefixtures("three")
async def test_many_that_never_ask_keep_nobody_out(port: int) -> None:
    silent = [await opened(port, b"POST /echo HTTP/1.1\r\n") for _ in range(20)]

    answer = await said(port, post(b'{"a":1}', b"Connection: close"))

    assert answer.endswith(b'{"a":1}')
    await closed([writer for _, writer in silent])


@pytest.mark.usefixtures("three")
async def test_those_that_were_refused_make_way_first(port: int) -> None:
    refused_ones = [await opened(port, b"\x00" * 50) for _ in range(3)]
    for reader, _ in refused_ones:
        await asyncio.wait_for(reader.read(), BOUND_SECONDS)
    asking, asker = await opened(port, b"GET /echo HTTP/1.1\r\nX-half")

    writers = await slow_ones(port, 2)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asking.read(1), SOON)
    await closed([asker, *writers, *(writer for _, writer in refused_ones)])


@pytest.mark.usefixtures("three")
async def test_one_too_many_is_told_so_while_all_others_are_served(port: int) -> None:
    writers = await slow_ones(port, 3)

    answer = await said(port, post(b'{"a":1}'))

    refused(answer, 503)
    assert b"retry-after: 1\r\n" in answer
    assert b"/busy" in answer
    await closed(writers)

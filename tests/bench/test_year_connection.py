"""A connection that breaks is opened again, and nobody is answered what was not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bench.year.connection import Connection

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Answering) -> AsyncIterator[str]:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_answer_is_read_whole_and_the_connection_is_kept() -> None:
    opened = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        while head := await reader.readuntil(b"\r\n\r\n"):
            assert b"Content-Length: 4" in head
            await reader.readexactly(4)
            writer.write(b'HTTP/1.1 202 Accepted\r\nETag: "3"\r\nContent-Length: 11\r\n\r\n{"one":"1"}')

    async with serving(answer) as url:
        connection = Connection(url)
        replies = [await connection.ask("POST", "/v1/referrals", {}, "{ä}") for _ in range(3)]
        await connection.close()

    assert [reply.json() for reply in replies if reply is not None] == [{"one": "1"}] * 3
    assert replies[0] is not None
    assert (replies[0].status, replies[0].headers["etag"], len(opened)) == (202, '"3"', 1)


async def test_a_server_that_dies_under_a_request_gives_no_answer_and_the_next_request_is_made() -> None:
    seen = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        if len(seen) > 1:
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()
        writer.close()

    async with serving(answer) as url:
        connection = Connection(url)
        first = await connection.ask("GET", "/", {})
        second = await connection.ask("GET", "/", {})
        await connection.close()

    assert first is None
    assert second is not None
    assert second.status == 204


async def test_a_connection_that_the_server_has_closed_since_is_not_used_again() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async with serving(answer) as url:
        connection = Connection(url)
        replies = []
        for _ in range(3):
            replies.append(await connection.ask("GET", "/", {}))
            await asyncio.sleep(0.05)
        await connection.close()

    assert [reply and reply.status for reply in replies] == [204, 204, 204]


async def test_nobody_who_listens_is_no_answer() -> None:
    async with serving(lambda _reader, _writer: asyncio.sleep(0)) as url:
        pass

    assert await Connection(url).ask("GET", "/", {}) is None

"""Clients that go away while they wait, on real connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from fastapi import Request
from uvicorn.server import ServerState

from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.connection import Connection
from chassis.web.leaving import GONE, ClientGone, while_connected
from chassis.web.service_router import ServiceRouter

BOUND_SECONDS = 30
ASK = b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx"
router = ServiceRouter()
waiting: "asyncio.Queue[asyncio.Event]"
ended: "asyncio.Queue[str]"


@router.post("/wait")
async def wait(request: Request) -> str:
    going_on = asyncio.Event()
    try:
        with while_connected(request.scope):
            waiting.put_nowait(going_on)
            await going_on.wait()
    except ClientGone:
        ended.put_nowait("gone")
        raise
    ended.put_nowait("answered")
    return "answered"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    global waiting, ended
    waiting, ended = asyncio.Queue(), asyncio.Queue()
    app = create_app(title="Test", version="1", routers=[router], verifier=Signer().verifier(), readiness={})
    config = uvicorn.Config(app, http=Connection, ws="none", log_config=None, server_header=False)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1]
    listening.close()
    await asyncio.gather(*state.tasks)
    for each in list(state.connections):
        each.shutdown()
    await listening.wait_closed()
    assert app.state.room._total == 0


async def test_anyone_who_hangs_up_waits_for_nothing_any_more(port: int) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        await waiting.get()

        writer.close()

        assert await ended.get() == "gone"


async def test_anyone_who_is_reset_waits_for_nothing_any_more(port: int) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        await waiting.get()

        writer.transport.abort()

        assert await ended.get() == "gone"


async def test_anyone_who_stays_is_answered_and_may_ask_again(port: int) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(ASK)
            (await waiting.get()).set()
            assert b" 200 " in await reader.readline()
            await reader.readuntil(b'"answered"')
        writer.close()

        assert [await ended.get(), await ended.get()] == ["answered", "answered"]


async def test_anyone_who_hangs_up_after_a_long_body_that_came_at_once_waits_for_nothing(port: int) -> None:
    """Interleaving met: the server stopped reading because so much had come, and never learned of the end."""
    length = 200_000
    async with asyncio.timeout(BOUND_SECONDS):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % length + b"x" * length)
        await waiting.get()

        writer.close()

        assert await ended.get() == "gone"


async def test_hanging_up_after_the_wait_cancels_nothing(port: int) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        going_on = await waiting.get()

        going_on.set()
        writer.close()

        assert await ended.get() in ("answered", "gone")


async def test_a_request_that_is_cancelled_by_somebody_else_stays_cancelled() -> None:
    scope: dict[str, object] = {}

    async def wait_for_ever() -> None:
        with while_connected(scope):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait_for_ever())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert GONE not in scope


async def test_what_ends_by_itself_when_the_client_goes_away_may_be_cancelled_later() -> None:
    scope: dict[str, Any] = {}

    async def end_by_itself() -> int:
        with while_connected(scope), suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    task = asyncio.create_task(end_by_itself())
    await asyncio.sleep(0)
    scope[GONE]()

    assert await task == 0

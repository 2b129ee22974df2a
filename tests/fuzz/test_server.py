"""A real server under bytes that nobody should send: it refuses or closes, and holds afterwards what it held before."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fuzz.bodies import attacks, heavy, unended
from tests.fuzz.endurance import attempt_all, counted, is_clear, lost_or_doubled, unchanged
from tests.fuzz.server import Held, Server, serving
from tests.fuzz.storm import storm
from tests.fuzz.wire import request, talk

SEED = 20261123
DISCONNECTS = 400
DRIPPING = 30


@pytest.fixture(scope="module")
async def server(postgres: str) -> AsyncIterator[Server]:
    async with serving(postgres) as served:
        await storm(served, DISCONNECTS, seed=1, name="warm-up")
        yield served
        assert '"level":"error"' not in served.said()


async def assert_unchanged(server: Server, before: Held) -> None:
    now = await server.settled(lambda held: unchanged(held, before))
    assert unchanged(now, before), f"{before} became {now}"


async def test_every_attack_is_refused_or_cut_off(server: Server) -> None:
    await attempt_all(server, heavy(server.headers()))
    before = await server.quiet()

    wrong = await attempt_all(server, attacks(server.headers()))

    assert wrong == []
    await assert_unchanged(server, before)


async def test_slow_clients_are_told_and_keep_nobody_waiting(server: Server) -> None:
    before = await server.quiet()
    named = {**server.headers(), "Content-Type": "application/json", "Content-Length": "500"}
    slow_body = [request("POST", "/v1/referrals", named), *[b" "] * 60]
    slow_head = [b"GET /v1/code-lists HTTP/1.1\r\n", *[b"X: y\r\n"] * 60]
    stopped = [[each.sent] for each in unended(server.headers())]
    dripping = [
        asyncio.create_task(talk(server.port, *parts, pause_seconds=0.25))
        for parts in (*[slow_body] * DRIPPING, *[slow_head] * DRIPPING, *stopped)
    ]

    quick = await talk(server.port, request("GET", "/v1/referrals", server.headers()))
    slow = [answers[0] for answers in await asyncio.gather(*dripping)]

    assert quick[0].status == 200
    assert {answer.status for answer in slow} == {408}
    assert all(map(is_clear, slow))
    await assert_unchanged(server, before)


async def test_clients_that_go_away_lose_nothing_double_nothing_and_leave_nothing_behind(server: Server) -> None:
    before, known = await server.quiet(), await counted(server)

    seen = await storm(server, DISCONNECTS, seed=SEED, name="storm")

    assert seen.disconnects > DISCONNECTS * 0.9
    assert await lost_or_doubled(server, seen, known) == []
    await assert_unchanged(server, before)

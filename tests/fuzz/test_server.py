"""A real server under bytes that nobody should send: it refuses or closes, and holds afterwards what it held before."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.fuzz.bodies import Attack, attacks, heavy, unended
from tests.fuzz.server import Held, Server, serving
from tests.fuzz.storm import again, storm
from tests.fuzz.wire import Answer, request, talk

SEED = 20261123
DISCONNECTS = 400
DRIPPING = 30
AT_ONCE = 8
MEMORY_TOLERANCE_MB = 12.0
PROBLEMS = ("application/problem+json", "application/fhir+json")


@pytest.fixture(scope="module")
async def server(postgres: str) -> AsyncIterator[Server]:
    async with serving(postgres) as served:
        await storm(served, DISCONNECTS, seed=1, name="warm-up")
        yield served
        assert '"level":"error"' not in served.said()


def unchanged(now: Held, before: Held) -> bool:
    """Whether nothing is held that was not before: a pooled connection to the database is one descriptor."""
    return (
        now.busy == 0
        and now.descriptors - now.connections <= before.descriptors - before.connections
        and now.memory_mb <= before.memory_mb + MEMORY_TOLERANCE_MB
    )


async def assert_unchanged(server: Server, before: Held) -> None:
    now = await server.settled(lambda held: unchanged(held, before))
    assert unchanged(now, before), f"{before} became {now}"


def assert_clear(answer: Answer) -> None:
    """An answer that is none of a fault of ours; a refusal is a problem and says what to do."""
    assert answer.status < 500, answer
    if answer.status >= 400:
        assert answer.headers["content-type"] in PROBLEMS
        assert answer.said()


async def attempt_all(server: Server, all_attacks: list[Attack]) -> list[tuple[str, list[int]]]:
    """Make every attack; names and statuses of those that were answered otherwise than is right."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def attempt(attack: Attack) -> list[Answer]:
        async with turns:
            return await talk(server.port, attack.sent, answers=attack.answers, half_closed=attack.half_closed)

    wrong = []
    for attack, answers in zip(all_attacks, await asyncio.gather(*map(attempt, all_attacks)), strict=True):
        for answer in answers:
            assert_clear(answer)
        if not (statuses := {answer.status for answer in answers}) <= attack.statuses:
            wrong.append((attack.name, sorted(statuses)))
    return wrong


async def test_every_attack_is_refused_or_cut_off(server: Server) -> None:
    await attempt_all(server, heavy(server.headers()))
    before = await server.quiet()

    wrong = await attempt_all(server, attacks(server.headers()))

    assert wrong == []
    await assert_unchanged(server, before)


async def test_slow_clients_are_told_or_cut_off_and_keep_nobody_waiting(server: Server) -> None:
    before = await server.quiet()
    body = request(
        "POST", "/v1/referrals", {**server.headers(), "Content-Type": "application/json", "Content-Length": "500"}
    )
    slow_body = [body, *[b" "] * 60]
    slow_head = [b"GET /v1/code-lists HTTP/1.1\r\n", *[b"X: y\r\n"] * 60]
    dripping = [
        asyncio.create_task(talk(server.port, *parts, pause_seconds=0.25))
        for parts in (slow_body, slow_head)
        for _ in range(DRIPPING)
    ]

    dripping.extend(asyncio.create_task(talk(server.port, each.sent)) for each in unended(server.headers()))

    quick = await talk(server.port, request("GET", "/v1/referrals", server.headers()))
    slow = await asyncio.gather(*dripping)

    for answers in slow:
        assert_clear(answers[0])
    assert quick[0].status == 200
    assert {answer.status for answers in slow for answer in answers} == {408}
    await assert_unchanged(server, before)


async def test_clients_that_go_away_lose_nothing_double_nothing_and_leave_nothing_behind(server: Server) -> None:
    before = await server.quiet()
    known = (await server.rows("SELECT count(*) FROM referral"))[0][0]

    seen = await storm(server, DISCONNECTS, seed=SEED, name="storm")
    answers = await again(server, seen.sent)

    assert seen.disconnects > DISCONNECTS * 0.9
    assert {answer.status for answer in answers} <= {200, 202}
    rows = (await server.rows("SELECT count(*) FROM referral"))[0][0]
    told = (await server.rows("SELECT count(*) FROM event WHERE headers ->> 'ce_type' = 'referral.received.v1'"))[0][0]
    assert rows - known == len(seen.sent) == len(answers)
    assert told == rows
    by_key = {each.key: answer for each, answer in zip(seen.sent, answers, strict=True)}
    for key, answer in seen.answered.items():
        if key:
            assert json.loads(by_key[key].body) == json.loads(answer.body)
    await assert_unchanged(server, before)

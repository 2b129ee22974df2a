"""One partner's system behaves as badly as it can: nobody else's emergency waits for it, and memory stays bounded.

The server is a process of its own on a real database, and so is the attacker. Waiting is counted from the moment of
connecting to the last byte of the answer, on a new connection each time.
"""

import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import pytest

from tests.flood import bodies
from tests.flood.measuring import FHIR, REFERRALS, Attack, Call, Measured, ask, attacking, metric
from tests.fuzz.server import Server, serving

CONNECTIONS: Final = 32
ASKED: Final = 10
ATTACKED_SECONDS: Final = 3.0
HELD_UP_SECONDS: Final = 1.0
"""So long at most may another partner's emergency be held up."""
MACHINE: Final = 10
"""A busy machine makes everything slower, also what is asked before the attack: so many times that is its doing."""
MEMORY_MB: Final = 120
"""What the allocator keeps of some bodies and their documents. Bodies without bounds take as much within a second."""


@pytest.fixture(scope="module")
async def server(postgres: str) -> AsyncIterator[Server]:
    async with serving(postgres) as served:
        yield served


@dataclass(frozen=True)
class Felt:
    """What another partner and the server felt of an attack."""

    alone: Sequence[Measured]
    meanwhile: Sequence[Measured]
    attack: Attack
    grown_mb: float

    def check(self) -> None:
        """Every emergency was accepted, none was held up, and memory is bounded."""
        waited = sorted(each.seconds for each in self.meanwhile)
        before = max(each.seconds for each in self.alone)
        assert {each.answer.status for each in self.meanwhile} <= {200, 202}, self.attack.answers
        assert waited[-1] <= HELD_UP_SECONDS + MACHINE * before, (waited, before, self.attack.answers)
        assert median(waited) <= HELD_UP_SECONDS + before, (waited, before, self.attack.answers)
        assert self.grown_mb <= MEMORY_MB, self.attack.answers


def emergency(server: Server, path: str = REFERRALS) -> Call:
    """The police refer a child in danger."""
    police = server.headers(azp="metropolitan-police", agency="metropolitan-police")
    return Call(path, police, bodies.message() if path == FHIR else bodies.referral())


async def felt(server: Server, call: Call, *, way: str = "loop", connections: int = CONNECTIONS) -> Felt:
    """An attack, and emergencies of another partner through both doors before it and during it."""
    for path in (REFERRALS, FHIR):
        await ask(server, emergency(server, path))  # whatever is made at the first call is made
    alone = [await ask(server, emergency(server, path)) for path in (REFERRALS, FHIR) * 2]
    before = await server.held()
    memory: list[float] = []
    meanwhile: list[Measured] = []
    async with attacking(server, call, connections=connections, way=way) as attack:
        until = time.monotonic() + ATTACKED_SECONDS
        while len(meanwhile) < ASKED or time.monotonic() < until:
            door = FHIR if len(meanwhile) % 4 == 3 else REFERRALS
            meanwhile.append(await ask(server, emergency(server, door)))
            memory.append((await server.held()).memory_mb)
    return Felt(alone, meanwhile, attack, max(memory) - before.memory_mb)


@pytest.mark.parametrize("body", [*bodies.COSTLY])
@pytest.mark.parametrize("known", [True, False], ids=["a partner", "nobody"])
async def test_bodies_of_a_mebibyte_hold_nobody_up(server: Server, body: str, known: bool) -> None:
    call = Call(REFERRALS, server.headers() if known else {}, bodies.COSTLY[body]())

    result = await felt(server, call)

    result.check()
    assert result.attack.answers["503"] > 0


async def test_messages_of_a_mebibyte_hold_nobody_up(server: Server) -> None:
    call = Call(FHIR, server.headers(), bodies.message(size=bodies.MEBIBYTE - 100_000))

    (await felt(server, call)).check()


async def test_news_of_danger_without_end_holds_nobody_up(server: Server) -> None:
    sent = await ask(server, Call(REFERRALS, server.headers(), bodies.referral()))
    path = sent.answer.said()["links"]["self"] + "/supplements"

    (await felt(server, Call(path, server.headers(), bodies.supplement()))).check()


async def test_small_emergencies_without_end_hold_nobody_up(server: Server) -> None:
    (await felt(server, Call(REFERRALS, server.headers(), bodies.referral()), connections=200)).check()


async def test_bodies_that_never_end_hold_nobody_up(server: Server) -> None:
    result = await felt(server, Call(REFERRALS, server.headers(), b""), way="drip", connections=100)

    result.check()


async def test_whoever_leaves_takes_everything_along(server: Server) -> None:
    call = Call(REFERRALS, server.headers(), bodies.COSTLY["long"]())

    result = await felt(server, call, way="leave")

    result.check()
    await server.quiet()
    assert await metric(server, "frontdoor_body_bytes_held") == 0
    assert await metric(server, "frontdoor_emergencies_waiting") == 0


async def test_the_attackers_own_system_is_told_to_call_999(server: Server) -> None:
    body = bodies.COSTLY["long"]()
    call = Call(REFERRALS, server.headers(), body)

    async with attacking(server, call, connections=CONNECTIONS):
        answers = [await ask(server, call) for _ in range(20)]

    refused = [each.answer for each in answers if each.answer.status == 503]
    assert refused
    for answer in refused:
        problem: dict[str, Any] = json.loads(answer.body)
        assert problem["type"].endswith("/too-busy")
        assert "call 999" in problem["detail"]
        assert answer.headers["retry-after"] == "1"

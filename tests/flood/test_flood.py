"""One partner's system behaves as badly as it can: nobody else's emergency waits for it, and memory stays bounded.

The server is a process of its own on a real database, and so is the attacker. A second server that nobody attacks is
asked the same at the same moments: whatever keeps that one, too, is the machine's doing. Waiting is counted from the
moment of connecting to the last byte of the answer, on a new connection each time.
"""

import asyncio
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
SMALL: Final = 150
"""More than one partner's emergencies may wait."""
LEAVING: Final = 8
"""Who leaves comes again at its own pace, whatever the machine can bear: few enough for a slow one to keep up."""
ASKED: Final = 10
ATTACKED_SECONDS: Final = 3.0
HELD_UP_SECONDS: Final = 1.0
"""So long at most may another partner's emergency be held up."""
MACHINE: Final = 5
"""It shares a processor with all that is refused meanwhile: so many times what it takes beside is work, not waiting."""
MEMORY_MB: Final = 64
"""What the allocator keeps of some bodies and their documents. Bodies without bounds take more."""


@pytest.fixture(scope="module")
async def server(postgres: str) -> AsyncIterator[Server]:
    async with serving(postgres) as served:
        yield served


@pytest.fixture(scope="module")
async def beside(postgres: str) -> AsyncIterator[Server]:
    """The server that nobody attacks."""
    async with serving(postgres) as served:
        yield served


@dataclass(frozen=True)
class Felt:
    """What another partner and the server felt of an attack."""

    beside: Sequence[Measured]
    meanwhile: Sequence[Measured]
    attack: Attack
    grown_mb: float

    def check(self) -> None:
        """Every emergency was accepted, none was held up, and memory is bounded."""
        waited = sorted(each.seconds for each in self.meanwhile)
        work = max(each.seconds for each in self.beside)
        assert {each.answer.status for each in self.meanwhile} <= {200, 202}, self.attack.answers
        assert waited[-1] <= HELD_UP_SECONDS + MACHINE * work, (waited, work, self.attack.answers)
        assert median(waited) <= HELD_UP_SECONDS + work, (waited, work, self.attack.answers)
        assert self.grown_mb <= MEMORY_MB, self.attack.answers


def emergency(server: Server, path: str = REFERRALS) -> Call:
    """The police refer a child in danger."""
    police = server.headers(azp="metropolitan-police", agency="metropolitan-police")
    return Call(path, police, bodies.message() if path == FHIR else bodies.referral())


@dataclass(frozen=True)
class Scene:
    """The server that is attacked, and the one beside it."""

    server: Server
    beside: Server

    async def ask_both(self, path: str) -> tuple[Measured, Measured]:
        """The same emergency of each at the same moment."""
        attacked, other = (ask(each, emergency(each, path)) for each in (self.server, self.beside))
        return await asyncio.gather(attacked, other)

    async def felt(self, call: Call, *, way: str = "loop", connections: int = CONNECTIONS) -> Felt:
        """An attack, and emergencies of another partner through both doors meanwhile."""
        for path in (REFERRALS, FHIR):
            await self.ask_both(path)  # whatever is made at the first call is made
        before = await self.server.held()
        memory: list[float] = []
        asked: list[tuple[Measured, Measured]] = []
        async with attacking(self.server, call, connections=connections, way=way) as attack:
            until = time.monotonic() + ATTACKED_SECONDS
            while len(asked) < ASKED or time.monotonic() < until:
                asked.append(await self.ask_both(FHIR if len(asked) % 4 == 3 else REFERRALS))
                memory.append((await self.server.held()).memory_mb)
        meanwhile, beside = zip(*asked, strict=True)
        return Felt(beside, meanwhile, attack, max(memory) - before.memory_mb)


@pytest.fixture(scope="module")
def scene(server: Server, beside: Server) -> Scene:
    return Scene(server, beside)


@pytest.mark.parametrize("body", [*bodies.COSTLY])
@pytest.mark.parametrize("known", [True, False], ids=["a partner", "nobody"])
async def test_bodies_of_a_mebibyte_hold_nobody_up(scene: Scene, body: str, known: bool) -> None:
    call = Call(REFERRALS, scene.server.headers() if known else {}, bodies.COSTLY[body]())

    result = await scene.felt(call)

    result.check()
    assert result.attack.answers.get("503", 0) > 0


async def test_messages_of_a_mebibyte_hold_nobody_up(scene: Scene) -> None:
    call = Call(FHIR, scene.server.headers(), bodies.message(size=bodies.MEBIBYTE - 100_000))

    (await scene.felt(call)).check()


async def test_news_of_danger_without_end_holds_nobody_up(scene: Scene) -> None:
    sent = await ask(scene.server, Call(REFERRALS, scene.server.headers(), bodies.referral()))
    path = sent.answer.said()["links"]["self"] + "/supplements"

    (await scene.felt(Call(path, scene.server.headers(), bodies.supplement()))).check()


async def test_small_emergencies_without_end_hold_nobody_up(scene: Scene) -> None:
    (await scene.felt(Call(REFERRALS, scene.server.headers(), bodies.referral()), connections=SMALL)).check()


async def test_bodies_that_never_end_hold_nobody_up(scene: Scene) -> None:
    result = await scene.felt(Call(REFERRALS, scene.server.headers(), b""), way="drip", connections=100)

    result.check()


async def test_whoever_leaves_takes_everything_along(scene: Scene) -> None:
    call = Call(REFERRALS, scene.server.headers(), bodies.COSTLY["long"]())

    result = await scene.felt(call, way="leave", connections=LEAVING)

    result.check()
    await scene.server.quiet()
    assert await metric(scene.server, "frontdoor_body_bytes_held") == 0
    assert await metric(scene.server, "frontdoor_emergencies_waiting") == 0


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

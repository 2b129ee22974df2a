"""Every command that is sent again with its key is done once, and answered as it was."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from triage_world import POLICE, TEAM, WORDS, World

CHILD = str(UUID(int=1001))


@dataclass(frozen=True)
class Sent:
    """A command, ready to be sent: by whom, where, with what, and with the case's version or without."""

    who: str
    path: str
    body: Any = None
    versioned: bool = True


async def rating(_: World, case: str) -> Sent:
    return Sent("worker", f"{case}/rating", {"rating": "red"})


async def information_request(_: World, case: str) -> Sent:
    form = {"agency": POLICE, "lawful_basis": "public-task", "question": WORDS}
    return Sent("worker", f"{case}/information-requests", form)


async def question(_: World, case: str) -> Sent:
    return Sent("officer", f"{case}/questions", {"question": WORDS})


async def recommendation(_: World, case: str) -> Sent:
    form = {"child_id": CHILD, "outcome": "assessment", "level": "3", "rationale": WORDS}
    return Sent("worker", f"{case}/recommendations", form)


async def decision(world: World, case: str) -> Sent:
    form = {"recommendation_id": await world.recommend(case, 1), "agree": True, "rationale": WORDS}
    return Sent("manager", f"{case}/decisions", form)


async def offer(world: World, case: str) -> Sent:
    await world.decide(case, 1)
    return Sent("worker", f"{case}/handovers", {"team": TEAM, "child_ids": [CHILD], "summary": WORDS})


async def withdrawal_of_an_offer(world: World, case: str) -> Sent:
    await world.decide(case, 1)
    handover = (await world.offer(case, 1)).rsplit("/", 1)[-1]
    return Sent("worker", f"{case}/handovers/{handover}/withdrawal")


async def closure(world: World, case: str) -> Sent:
    for child in (1, 2):
        await world.decide(case, child, "no-further-action")
    return Sent("manager", f"{case}/closure")


async def answer(world: World, case: str) -> Sent:
    return Sent("police", f"{await world.ask(case)}/answer", {"answer": "nothing-held"}, versioned=False)


async def correction(world: World, case: str) -> Sent:
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})
    form = {"answer": "supplied", "content": WORDS, "revision": 1, "reason": WORDS}
    return Sent("police", f"{request}/correction", form, versioned=False)


async def withdrawal_of_an_answer(world: World, case: str) -> Sent:
    request = await world.ask(case)
    await world.post(f"{request}/answer", "police", {"answer": "supplied", "content": WORDS})
    return Sent("police", f"{request}/withdrawal", {"revision": 1, "reason": WORDS}, versioned=False)


async def acceptance(world: World, case: str) -> Sent:
    await world.decide(case, 1)
    return Sent("team", f"{await world.offer(case, 1)}/acceptance", versioned=False)


async def return_of_a_handover(world: World, case: str) -> Sent:
    await world.decide(case, 1)
    form = {"reason": "no-capacity", "note": WORDS}
    return Sent("team", f"{await world.offer(case, 1)}/return", form, versioned=False)


async def claim(_: World, case: str) -> Sent:
    return Sent("worker", f"{case}/claim")


async def assignment(world: World, case: str) -> Sent:
    await world.get("/v1/cases", "worker", purpose=None)
    return Sent("manager", f"{case}/assignment", {"worker": "worker"})


async def unassignment(world: World, case: str) -> Sent:
    await world.post(f"{case}/claim", "worker", version=1)
    return Sent("worker", f"{case}/unassignment")


async def assignments(world: World, case: str) -> Sent:
    await world.get("/v1/cases", "worker", purpose=None)
    row = {"case_id": case.rsplit("/", 1)[-1], "version": 1}
    return Sent("manager", "/v1/assignments", {"worker": "worker", "cases": [row]}, versioned=False)


COMMANDS: tuple[Callable[[World, str], Awaitable[Sent]], ...] = (
    rating, information_request, question, recommendation, decision, offer, withdrawal_of_an_offer, closure, answer,
    correction, withdrawal_of_an_answer, acceptance, return_of_a_handover, claim, assignment, unassignment, assignments,
)  # fmt: skip


async def send(world: World, case: str, sent: Sent, *, version: int, key: str) -> httpx2.Response:
    return await world.post(sent.path, sent.who, sent.body, version=version if sent.versioned else None, key=key)


async def events(world: World) -> int:
    [row] = await world.rows("SELECT count(*) AS n FROM event")
    return int(row.n)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
async def test_a_command_that_comes_again_is_done_once_and_answered_alike(
    world: World, command: Callable[[World, str], Awaitable[Sent]]
) -> None:
    case = await world.open_case()
    sent = await command(world, case)
    version = await world.version(case)

    first, beside = await asyncio.gather(*(send(world, case, sent, version=version, key="key-1") for _ in range(2)))
    recorded = await events(world)
    later = await send(world, case, sent, version=version, key="key-1")

    assert first.status_code in (200, 201), first.text
    for repeated in (beside, later):
        assert (repeated.status_code, repeated.content) == (first.status_code, first.content)
        assert repeated.headers.get("ETag") == first.headers.get("ETag")
        assert repeated.headers.get("Location") == first.headers.get("Location")
    assert await events(world) == recorded


async def test_every_command_of_the_service_is_among_those_that_are_tried_here(world: World) -> None:
    described = world.http._transport.app.openapi()["paths"]  # type: ignore[attr-defined]
    takes_a_key = [
        path
        for path, operations in described.items()
        if any(one["name"] == "Idempotency-Key" for one in operations.get("post", {}).get("parameters", ()))
    ]
    commands = [path for path, operations in described.items() if "post" in operations and path.startswith("/v1/")]

    assert sorted(takes_a_key) == sorted(commands)
    assert len(commands) == len(COMMANDS)

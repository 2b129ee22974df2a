"""Whose a body is, how much room it takes in an app, and what becomes of what has none."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import Request
from starlette.types import Message

from chassis.testing.signer import Signer
from chassis.web import middleware
from chassis.web.app import create_app
from chassis.web.auth import Principal, SignedIn
from chassis.web.room import HELD, Room, RoomLimits
from chassis.web.service_router import ServiceRouter
from contracts.problems import Forbidden

router = ServiceRouter()
inside: "asyncio.Queue[asyncio.Event]" = asyncio.Queue()
"""For each request that is kept, what lets it go on."""


@router.post("/kept")
async def kept(request: Request) -> dict[str, int]:
    going_on = asyncio.Event()
    inside.put_nowait(going_on)
    await going_on.wait()
    return {"held": request.scope[HELD].size}


@router.post("/quick")
async def quick(request: Request) -> dict[str, int]:
    return {"held": request.scope[HELD].size}


@router.post("/mine")
async def mine(principal: SignedIn) -> str:
    return principal.subject


@pytest.fixture
async def client(signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    while not inside.empty():
        inside.get_nowait()
    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={})
    app.state.room = Room(RoomLimits(bytes_each=1_000, bytes_all=2_000, bytes_reserved=500, requests_each=50))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test", timeout=60) as http:
        yield http
    assert app.state.room._total == 0
    assert not app.state.room._requests


def sending(client: httpx2.AsyncClient, path: str, size: int, **headers: str) -> "asyncio.Task[httpx2.Response]":
    return asyncio.create_task(client.post(path, content=b"x" * size, headers=headers))


async def arrived() -> asyncio.Event:
    return await asyncio.wait_for(inside.get(), 30)


async def test_a_body_counts_until_it_is_answered(client: httpx2.AsyncClient, signer: Signer) -> None:
    mine, others = signer.bearer(azp="one"), signer.bearer(azp="two")
    first = sending(client, "/kept", 900, **mine)
    going_on = await arrived()

    refused = await sending(client, "/quick", 200, **mine)
    let_in = await sending(client, "/quick", 200, **others)
    going_on.set()
    answered = await first
    again = await sending(client, "/quick", 200, **mine)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["type"].endswith("/busy")
    assert (let_in.status_code, answered.json(), again.json()) == (200, {"held": 900}, {"held": 200})


async def test_everybody_without_a_good_token_is_one_sender(client: httpx2.AsyncClient, signer: Signer) -> None:
    kept_one = sending(client, "/kept", 900)
    going_on = await arrived()

    nobody = await sending(client, "/quick", 200, Authorization="Bearer nonsense")
    somebody = await sending(client, "/quick", 200, **signer.bearer())
    going_on.set()
    await kept_one

    assert (nobody.status_code, somebody.status_code) == (503, 200)


async def test_all_that_a_system_sends_is_one_senders_and_people_are_told_apart(
    client: httpx2.AsyncClient, signer: Signer
) -> None:
    def bearer(subject: str, role: str) -> dict[str, str]:
        return signer.bearer(azp="one", subject=subject, roles=[role])

    kept_ones = [sending(client, "/kept", 900, **bearer("first", role)) for role in ("partner", "social-worker")]
    going_on = [await arrived(), await arrived()]

    same_system = await sending(client, "/quick", 200, **bearer("second", "partner"))
    another_person = await sending(client, "/quick", 200, **bearer("second", "social-worker"))
    for each in going_on:
        each.set()
    await asyncio.gather(*kept_ones)

    assert (same_system.status_code, another_person.status_code) == (503, 200)


async def test_a_request_without_a_body_takes_no_room(client: httpx2.AsyncClient) -> None:
    kept_ones = [sending(client, "/kept", 0) for _ in range(60)]
    for _ in range(60):
        (await arrived()).set()

    assert {(await each).status_code for each in kept_ones} == {200}


async def test_a_body_in_pieces_counts_as_it_comes(client: httpx2.AsyncClient, signer: Signer) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 300

    headers = {"Transfer-Encoding": "chunked", **signer.bearer()}

    whole = await client.post("/quick", content=pieces(), headers=headers)
    kept_one = sending(client, "/kept", 500, **signer.bearer())
    going_on = await arrived()
    refused = await client.post("/quick", content=pieces(), headers=headers)
    going_on.set()
    await kept_one

    assert (whole.json(), refused.status_code) == ({"held": 900}, 503)


async def test_a_request_that_is_cancelled_gives_its_room_back(client: httpx2.AsyncClient, signer: Signer) -> None:
    leaving = sending(client, "/kept", 900, **signer.bearer())
    await arrived()

    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving

    assert (await sending(client, "/quick", 900, **signer.bearer())).status_code == 200


# -- whose it is --------------------------------------------------------------------------------------------------


async def test_a_good_token_is_verified_once_for_a_request(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    verifier = signer.verifier()
    verify = verifier.verify

    async def verify_and_note(token: str) -> Principal:
        asked.append(token)
        return await verify(token)

    monkeypatch.setattr(verifier, "verify", verify_and_note)
    app = create_app(title="T", version="1", routers=[router], verifier=verifier, readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test", timeout=60) as http:
        response = await http.post("/mine", content=b"x", headers=signer.bearer())

    assert response.status_code == 200
    assert len(asked) == 1


async def test_anyone_who_is_suspended_while_its_body_arrives_is_refused(signer: Signer) -> None:
    suspended = False

    async def admit(principal: Principal) -> None:
        if suspended:
            raise Forbidden("Suspended")

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal suspended
        yield b"x"
        suspended = True
        yield b"x"

    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={}, admit=admit)
    headers = {"Transfer-Encoding": "chunked", **signer.bearer()}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test", timeout=60) as http:
        response = await http.post("/mine", content=pieces(), headers=headers)

    assert response.status_code == 403


# -- what is still sent after a refusal -----------------------------------------------------------------------------


async def refusing(receive: Callable[[], Any], **headers: str) -> list[Message]:
    """A request that finds no room, straight through the body's guard."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def unreachable(*_: Any) -> None:
        raise AssertionError("there was room")

    room = Room(RoomLimits(bytes_each=5, bytes_all=5, bytes_reserved=0))
    app = SimpleNamespace(state=SimpleNamespace(room=room, verifier=Signer().verifier()))
    named = [(name.encode(), value.encode()) for name, value in {"content-length": "50", **headers}.items()]
    guard = middleware.Body(unreachable, max_bytes=100)
    scope = {"type": "http", "method": "POST", "path": "/", "headers": named, "app": app}
    await guard(scope, receive, send)
    return sent


def closes(sent: list[Message]) -> bool:
    return (b"connection", b"close") in sent[0]["headers"]


async def test_what_has_no_room_is_read_to_its_end_before_it_is_answered() -> None:
    pieces: list[Message] = [
        {"type": "http.request", "body": b"x" * 25, "more_body": True},
        {"type": "http.request", "body": b"x" * 25, "more_body": False},
    ]

    async def receive() -> Message:
        return pieces.pop(0)

    sent = await refusing(receive)

    assert (sent[0]["status"], pieces, closes(sent)) == (503, [], False)
    assert json.loads(sent[1]["body"])["type"].endswith("/busy")


async def test_what_comes_too_slowly_is_answered_and_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "DISCARD_SECONDS", 0.01)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    sent = await refusing(receive)

    assert (sent[0]["status"], closes(sent)) == (503, True)


async def test_a_client_that_waits_to_be_asked_for_its_body_is_not_asked() -> None:
    async def receive() -> Message:
        raise AssertionError("asked")

    sent = await refusing(receive, expect="100-continue")

    assert (sent[0]["status"], closes(sent)) == (503, True)

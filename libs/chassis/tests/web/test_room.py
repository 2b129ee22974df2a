"""How much of bodies is held: one sender never has all of it, and whoever has nothing gets in."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, suppress
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, Request
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from starlette.types import Message

from chassis.testing.signer import Signer
from chassis.web import middleware
from chassis.web import room as room_module
from chassis.web.app import create_app
from chassis.web.auth import Principal, SignedIn
from chassis.web.problems import Busy
from chassis.web.room import HELD, Held, Room, RoomLimits
from contracts.problems import Forbidden, Unavailable

SMALL = RoomLimits(bytes_each=40, bytes_all=100, bytes_reserved=30, requests_each=3)


def entered(stack: ExitStack, room: Room, sender: str, size: int) -> Held:
    held = stack.enter_context(room.hold(sender))
    held.grow(size)
    return held


def test_a_sender_has_its_share_and_no_more() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 30)

        with pytest.raises(Busy):
            entered(stack, room, "a", 11)
        entered(stack, room, "a", 10)


def test_a_sender_has_so_many_requests_however_small() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        for _ in range(3):
            entered(stack, room, "a", 0)

        with pytest.raises(Busy):
            entered(stack, room, "a", 0)
        entered(stack, room, "b", 0)


def test_the_reserve_is_for_those_who_hold_nothing_else() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 40)
        entered(stack, room, "b", 30)

        with pytest.raises(Busy):
            entered(stack, room, "b", 1)
        entered(stack, room, "c", 20)
        with pytest.raises(Busy):
            entered(stack, room, "d", 11)
        entered(stack, room, "d", 10)


def test_a_body_that_declares_no_length_may_grow_into_the_reserve_of_its_own() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 40)
        entered(stack, room, "b", 30)
        held = entered(stack, room, "c", 10)

        held.grow(20)

        with pytest.raises(Busy):
            held.grow(1)


def test_whoever_can_wait_is_turned_out_of_the_reserve() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        entered(stack, room, "a", 40)
        entered(stack, room, "b", 25)
        held = entered(stack, room, "c", 10)

        with pytest.raises(Busy):
            held.confirm(first=False)
        held.confirm(first=True)


def test_whoever_came_before_the_reserve_was_needed_stays() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        early = entered(stack, room, "a", 40)
        entered(stack, room, "b", 30)
        late = entered(stack, room, "c", 20)
        no_body = Held(room, "", counted=False)

        early.confirm(first=False)
        no_body.confirm(first=False)
        with pytest.raises(Busy):
            late.confirm(first=False)


def test_whoever_came_into_the_reserve_stays_when_it_is_not_needed_any_more() -> None:
    room = Room(SMALL)
    with ExitStack() as stack:
        with ExitStack() as before:
            entered(before, room, "a", 40)
            entered(before, room, "b", 30)
            held = entered(stack, room, "c", 20)

        held.confirm(first=False)


def test_of_one_sender_so_much_is_read_in_a_second_however_soon_it_is_answered() -> None:
    now = 100.0
    limits = RoomLimits(bytes_each=40, bytes_all=100, bytes_reserved=30, bytes_each_second=50)
    room = Room(limits, now=lambda: now)

    def quick(sender: str, size: int) -> bool:
        with suppress(Busy), ExitStack() as stack:
            entered(stack, room, sender, size)
            return True
        return False

    at_once = [quick("a", 25), quick("a", 25), quick("a", 1), quick("b", 40)]
    now += 0.4
    later = [quick("a", 21), quick("a", 20), quick("a", 1)]
    now += 60
    after_a_rest = [quick("a", 40), quick("a", 11)]

    assert at_once == [True, True, False, True]
    assert later == [False, True, False]
    assert after_a_rest == [True, False]


def test_senders_who_send_nothing_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "MOST_SENDERS", 3)
    now = 100.0
    room = Room(RoomLimits(), now=lambda: now)

    for number in range(50):
        with ExitStack() as stack:
            entered(stack, room, f"sender-{number}", 1)
        now += 1

    assert len(room._read._levels) <= 3


def test_what_is_given_back_is_there_for_others_also_after_a_failure() -> None:
    room = Room(SMALL)
    with suppress(ValueError), ExitStack() as stack:
        entered(stack, room, "a", 40)
        raise ValueError

    with ExitStack() as stack:
        entered(stack, room, "a", 40)


class Senders(RuleBasedStateMachine):
    """Anybody sends and is answered in any order; compared with a sum over all that is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(SMALL)
        self.under_way: list[tuple[ExitStack, Held]] = []

    def held_by(self, sender: str) -> int:
        return sum(held.size for _, held in self.under_way if held.sender == sender)

    @property
    def total(self) -> int:
        return sum(held.size for _, held in self.under_way)

    @rule(sender=st.sampled_from("abcd"), size=st.integers(0, 45))
    def send(self, sender: str, size: int) -> None:
        before, total = self.held_by(sender), self.total
        count = sum(held.sender == sender for _, held in self.under_way)
        has_room = count < 3 and before + size <= 40 and total + size <= (70 if before else 100)
        stack = ExitStack()
        try:
            held = entered(stack, self.room, sender, size)
        except Busy:
            stack.close()
            assert not has_room
        else:
            self.under_way.append((stack, held))
            assert has_room

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.under_way) - 1))
        self.under_way.pop(place)[0].close()

    @invariant()
    def nothing_is_forgotten(self) -> None:
        assert self.room._total == self.total <= 100
        assert set(self.room._requests) == {held.sender for _, held in self.under_way}


TestSenders = Senders.TestCase


# -- in an app ------------------------------------------------------------------------------------------------------

router = APIRouter()
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


@pytest.mark.parametrize("good", [True, False], ids=["a good token", "a bad one"])
async def test_a_token_is_verified_once_for_a_request(
    signer: Signer, monkeypatch: pytest.MonkeyPatch, good: bool
) -> None:
    asked: list[str] = []
    verifier = signer.verifier()
    verify = verifier.verify

    async def verify_and_note(token: str) -> Principal:
        asked.append(token)
        return await verify(token)

    monkeypatch.setattr(verifier, "verify", verify_and_note)
    app = create_app(title="T", version="1", routers=[router], verifier=verifier, readiness={})
    headers = signer.bearer() if good else {"Authorization": "Bearer nonsense"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test", timeout=60) as http:
        response = await http.post("/mine", content=b"x", headers=headers)

    assert response.status_code == (200 if good else 401)
    assert len(asked) == 1


async def test_whoever_is_suspended_while_its_body_arrives_is_refused(signer: Signer) -> None:
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


def test_a_refusal_is_whatever_the_service_says() -> None:
    room = Room(RoomLimits(bytes_each=1, bytes_all=1, bytes_reserved=0), lambda: Unavailable("Phone us."))

    with ExitStack() as stack, pytest.raises(Unavailable, match="Phone us"):
        entered(stack, room, "a", 2)

"""Hostile bodies are refused as problems: JSON of two meanings, too much of it, or too slowly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from edge_app import LIMIT, SECRET, errors, problem
from starlette.responses import Response
from starlette.types import Message

from chassis.web import middleware
from chassis.web.room import Room


async def post(client: httpx2.AsyncClient, content: str | bytes, kind: str = "application/json") -> httpx2.Response:
    return await client.post("/forms", content=content, headers={"Content-Type": kind})


# -- what is in them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        '{"children": []}'.encode("utf-16"),
        '\ufeff\ufeff{"children": []}'.encode(),
        b'{"children": [], "children": []}',
        b'{"children": NaN}',
        b'{"children": Infinity}',
        b'{"children": ' + b"9" * 1900 + b"x}",
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"children": "\x00"}',
        b'{"children": "' + SECRET.encode() + b'\n"}',
    ],
)
async def test_json_that_can_be_read_in_two_ways_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    answer = await post(client, body)

    assert problem(answer, 400)["type"].endswith("/malformed")


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "\\udc00x", "a\\udfff"])
@pytest.mark.parametrize("place", ['{{"notes": {{"a": "{}"}}}}', '{{"notes": {{"{}": "a"}}}}', '[["{}"]]'])
async def test_text_that_cannot_be_kept_is_refused_wherever_it_stands(
    client: httpx2.AsyncClient, text: str, place: str
) -> None:
    answer = await post(client, place.format(text))

    assert problem(answer, 422)["detail"] == "Remove NUL characters and unpaired surrogates from the text"


@pytest.mark.parametrize("address", ["/forms/a%00b", "/cacheable?after=%00", "/nowhere?%00"])
async def test_nul_is_in_no_address(client: httpx2.AsyncClient, address: str) -> None:
    answer = await client.get(address)

    assert problem(answer, 400)["detail"] == "Remove NUL characters from the address"


async def test_a_surrogate_pair_is_one_character(client: httpx2.AsyncClient) -> None:
    answer = await post(client, '{"children": [{"first_name": "\\ud83d\\ude00 \\\\u0000"}]}')

    assert answer.status_code == 201


async def test_huge_numbers_are_refused(client: httpx2.AsyncClient) -> None:
    answer = await post(client, b'{"children": ' + b"9" * 1900 + b"}")

    assert errors(answer) == {"/children": "Send a list"}


async def test_a_body_that_is_not_json_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await post(client, SECRET, kind="text/plain")

    assert errors(answer) == {"": "Send a JSON object with Content-Type: application/json"}


# -- how much, and how fast -------------------------------------------------------------------------------------------


async def test_a_declared_body_beyond_the_limit_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await post(client, "x" * (LIMIT + 1))

    assert problem(answer, 413)["detail"] == f"Send at most {LIMIT} bytes"
    assert answer.headers["connection"] == "close"


async def test_a_chunked_body_is_counted(client: httpx2.AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 500
            yield b" " * 500

    answer = await client.post("/forms", content=chunks(), headers={"Content-Type": "application/json"})

    problem(answer, 413)
    assert sent <= LIMIT + 1_000


async def test_a_body_at_the_limit_is_read(client: httpx2.AsyncClient) -> None:
    good = json.dumps({"children": [{"first_name": "Zoë"}]})

    answer = await post(client, good.ljust(LIMIT))

    assert answer.status_code == 201


async def call_raw(receive: Callable[[], Any], *, seconds: float = 0.05) -> list[Message]:
    """One request straight through the body's guard, with a sender of one's own."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Response((await receive())["body"])(scope, receive, send)

    guard = middleware.Body(app, max_bytes=100, seconds=seconds)
    app_of_the_room = SimpleNamespace(state=SimpleNamespace(room=Room()))
    await guard({"type": "http", "method": "POST", "path": "/", "headers": [], "app": app_of_the_room}, receive, send)
    return sent


async def test_a_sender_that_dawdles_is_told_so() -> None:
    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    sent = await call_raw(never)

    assert sent[0]["status"] == 408


async def test_a_sender_that_goes_away_is_not_answered() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert await call_raw(gone) == []


async def test_a_body_in_pieces_arrives_whole() -> None:
    pieces: list[Message] = [
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.request", "body": b"b"},
    ]

    async def receive() -> Message:
        return pieces.pop(0)

    sent = await call_raw(receive)

    assert sent[1]["body"] == b"ab"

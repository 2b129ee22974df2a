"""Clients that go away: in the middle of a header, of a body, before the answer, with a reset or without a word."""

import asyncio
import json
import socket
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from referral_intake.form.example import EXAMPLE
from tests.fuzz.bodies import JSON, PATH
from tests.fuzz.server import Server
from tests.fuzz.wire import CLOSED, Answer, request, talk

AT_ONCE: Final = 40
LONGEST_WAIT_SECONDS: Final = 0.03
_FHIR_PATH: Final = "/fhir/R4/$process-message"
_MESSAGE: Final = Path(__file__).parents[2] / "examples" / "fhir" / "minimal.json"
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Sent:
    """A request that would change something, with its key: it may be sent again."""

    key: str
    request: bytes


@dataclass
class Storm:
    """What was sent, and what came back before the client went away."""

    sent: list[Sent] = field(default_factory=list)
    answered: dict[str, Answer] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def disconnects(self) -> int:
        """Clients that went away before they had an answer."""
        return self.left.total() - self.left["stayed"]


async def storm(server: Server, count: int, *, seed: int, name: str) -> Storm:
    """So many clients, at most ``AT_ONCE`` at a time; every twentieth stays for its answer."""
    random, seen = Random(seed), Storm()
    who = server.headers()
    waiting = iter([(nth, Random(random.getrandbits(64))) for nth in range(count)])

    async def client() -> None:
        for nth, own in waiting:
            await _visit(server.port, _chosen(f"{name}-{nth}", who, own, seen), own, seen)

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return seen


async def again(server: Server, sent: Sequence[Sent]) -> list[Answer]:
    """The answers to the same requests, each sent once more with its key until it is settled."""
    found: list[Answer] = [CLOSED] * len(sent)
    waiting = iter(enumerate(sent))

    async def client() -> None:
        for nth, each in waiting:
            async with asyncio.timeout(60):
                while found[nth].status in (CLOSED.status, 409, 503):  # 409: the first is being worked on still
                    found[nth] = (await talk(server.port, each.request))[0]

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return found


def _chosen(key: str, who: Mapping[str, str], random: Random, seen: Storm) -> bytes:
    """Mostly referrals; sometimes a message, sometimes somebody who only looks."""
    chance = random.random()
    if chance < 0.15:
        return request("GET", f"{PATH}?limit=100", who)
    path, kind, body = (_FHIR_PATH, "application/fhir+json", _message(key)) if chance < 0.25 else (PATH, JSON, _FORM)
    sent = Sent(key, request("POST", path, {**who, "Content-Type": kind, "Idempotency-Key": key}, body))
    seen.sent.append(sent)
    return sent.request


_FORM: Final = json.dumps(EXAMPLE).encode()


def _message(key: str) -> bytes:
    return json.dumps({**json.loads(_MESSAGE.read_bytes()), "id": key}).encode()


async def _visit(port: int, sent: bytes, random: Random, seen: Storm) -> None:
    how = random.choices(list(_WAYS), weights=[weight for weight, _ in _WAYS.values()])[0]
    seen.left[how] += 1
    if how == "stayed":
        answer = (await talk(port, sent))[0]
        seen.answered[_key(sent)] = answer
        return
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    _, share = _WAYS[how]
    try:
        writer.write(sent[: _cut(sent, share, random)])
        await writer.drain()
        await asyncio.sleep(random.random() * LONGEST_WAIT_SECONDS)
        if how == "half closed":
            writer.write_eof()
    finally:
        if random.random() < 0.5:
            _reset(writer)
        writer.close()


_WAYS: Final[Mapping[str, tuple[int, str]]] = {
    "in the headers": (2, "headers"),
    "in the body": (4, "body"),
    "before the answer": (10, "whole"),
    "half closed": (3, "whole"),
    "stayed": (1, "whole"),
}
"""How clients leave, how often, and how much they send before."""


def _cut(sent: bytes, share: str, random: Random) -> int:
    body_at = sent.index(b"\r\n\r\n") + 4
    match share:
        case "headers":
            return random.randrange(1, body_at)
        case "body":
            return random.randrange(body_at, len(sent) + 1)
    return len(sent)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closing resets the connection instead of ending it."""
    connection: Any = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def _key(sent: bytes) -> str:
    head = sent.partition(b"\r\n\r\n")[0].decode("latin-1")
    return next((line[17:] for line in head.split("\r\n") if line.startswith("Idempotency-Key: ")), "")

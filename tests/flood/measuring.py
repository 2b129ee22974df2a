"""How long others wait meanwhile, and how much memory the server holds."""

import asyncio
import base64
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from tests.fuzz import wire
from tests.fuzz.server import Server

REFERRALS: Final = "/v1/referrals"
FHIR: Final = "/fhir/R4/$process-message"
BEGIN_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Call:
    """One request of somebody."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def head(self) -> str:
        """With places for a key and the length of a body."""
        kind = "application/fhir+json" if self.path.startswith("/fhir") else "application/json"
        headers = {"Content-Type": kind, "Idempotency-Key": "{key}", "Content-Length": "{length}", **self.headers}
        return wire.request("POST", self.path, headers).decode()


@dataclass
class Attack:
    """What an attack was answered, once it is over."""

    answers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What somebody was answered, and after how long from the moment of connecting."""

    answer: wire.Answer
    seconds: float


@asynccontextmanager
async def attacking(server: Server, call: Call, *, connections: int, way: str = "loop") -> AsyncIterator[Attack]:
    """The same call again and again on so many connections, from another process, for as long as the block lasts."""
    attack, pipe = Attack(), asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.flood.attacker", stdin=pipe, stdout=pipe, limit=2**22
    )
    assert program.stdin is not None
    assert program.stdout is not None
    body = base64.b64encode(call.body).decode()
    asked = {"port": server.port, "head": call.head, "body": body, "connections": connections, "way": way}
    try:
        program.stdin.write(json.dumps(asked).encode() + b"\n")
        assert await asyncio.wait_for(program.stdout.readline(), BEGIN_SECONDS) == b"begun\n"
        yield attack
    finally:
        program.stdin.close()
        said, _ = await program.communicate()
        attack.answers = json.loads(said or b"{}")


async def ask(server: Server, call: Call) -> Measured:
    """One call on a connection of its own."""
    began = time.perf_counter()
    whole = call.head.format(key=uuid4(), length=len(call.body)).encode() + call.body
    [answer] = await wire.talk(server.port, whole)
    return Measured(answer, time.perf_counter() - began)


async def metric(server: Server, name: str) -> float:
    """What a gauge of the server says now."""
    [answer] = await wire.talk(server.port, wire.request("GET", "/metrics", {}))
    lines = answer.body.decode().splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])

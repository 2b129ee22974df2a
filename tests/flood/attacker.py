"""A partner's system that behaves badly, as a process of its own so that it takes nothing from anyone who measures.

``python -m tests.flood.attacker`` reads one line of JSON: where, what, how and on how many connections. It says "begun"
when it was first answered (or, if it waits for no answer, when it has first sent), goes on until its standard input is
closed, and then says how often each status was answered.
"""

import asyncio
import base64
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

DRIP_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 0.2


@dataclass
class Attacker:
    """Sends one body again and again, each time under a new key, and never waits when it is told to."""

    port: int
    head: str
    body: bytes
    answers: Counter[str] = field(default_factory=Counter)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def forever(self, connection: Callable[["Attacker"], Awaitable[None]]) -> None:
        """One connection after another."""
        while True:
            try:
                await connection(self)
            except (OSError, asyncio.IncompleteReadError):
                self.answers["cut off"] += 1

    def request(self) -> bytes:
        """The same under a new key."""
        return self.head.format(key=uuid4(), length=len(self.body)).encode() + self.body

    async def loop(self) -> None:
        """Send, read the answer, send again."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while True:
                writer.write(self.request())
                answer = await reader.readuntil(b"\r\n\r\n")
                self.answers[_status(answer)] += 1
                self.begun.set()
                await reader.readexactly(_length(answer))
                if b"connection: close" in answer.lower():
                    return
        finally:
            writer.close()

    async def drip(self) -> None:
        """Send one byte now and then, for as long as the server bears it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        reading = asyncio.ensure_future(reader.readline())
        try:
            writer.write(self.head.format(key=uuid4(), length=100_000).encode())
            self.begun.set()
            while not reading.done():
                writer.write(b" ")
                await asyncio.wait([reading], timeout=DRIP_SECONDS)
            self.answers[_status(reading.result())] += 1
        finally:
            reading.cancel()
            writer.close()

    async def leave(self) -> None:
        """Send, wait for an answer no longer than a moment, and go away."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self.request())
            answer = await asyncio.wait_for(reader.readline(), PATIENCE_SECONDS)
            self.answers[_status(answer)] += 1
        except TimeoutError:
            self.answers["left"] += 1
        finally:
            self.begun.set()
            writer.transport.abort()


WAYS: Final[Mapping[str, Callable[[Attacker], Awaitable[None]]]] = {
    "loop": Attacker.loop,
    "drip": Attacker.drip,
    "leave": Attacker.leave,
}


def _status(answer: bytes) -> str:
    return answer.split(b" ", 2)[1].decode() if answer else "cut off"


def _length(answer: bytes) -> int:
    lines = answer.lower().split(b"\r\n")
    return next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)


async def main() -> None:
    """Attack as asked."""
    asked: dict[str, Any] = json.loads(sys.stdin.readline())
    attacker = Attacker(asked["port"], asked["head"], base64.b64decode(asked["body"]))
    way = WAYS[asked["way"]]
    sending = [asyncio.ensure_future(attacker.forever(way)) for _ in range(asked["connections"])]
    await attacker.begun.wait()
    print("begun", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for each in sending:
        each.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*sending)
    print(json.dumps(attacker.answers))


if __name__ == "__main__":
    asyncio.run(main())

"""A log and the witnesses that it asks, as tests hold them: each answers honestly until it is given another answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from audit import store
from audit.checkpoint import VerifierKey, split_note
from audit.cosignature import COSIGNATURE_V1, Cosignature, read_cosignatures, signed_message
from audit.witnesses import store as witness_store
from audit.witnesses.collect import Collector, Leader
from audit.witnesses.model import Known, Outcome, Policy, Standing
from audit.witnesses.protocol import SIZE_TYPE
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from chassis.testing.hints import Restless

DatabaseLog = Any  # the log in a database that the fixture makes

Answering = Callable[[httpx2.Request], Awaitable[httpx2.Response]]


@dataclass
class FakeWitness:
    """Somebody else's witness as the log meets it. ``answering`` replaces its honest answers."""

    number: int
    clock: SettableClock
    size: int = 0
    bodies: list[str] = field(default_factory=list)
    answering: Answering | None = None

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.number]) * 32)

    @property
    def key(self) -> VerifierKey:
        public = self.private.public_key().public_bytes_raw()
        return VerifierKey(f"witness.example.org/{self.number}", public, COSIGNATURE_V1)

    @property
    def url(self) -> str:
        return f"https://w{self.number}.example.org"

    @property
    def asked_sizes(self) -> list[int]:
        return [sizes_of(body)[1] for body in self.bodies]

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        assert (request.method, request.url.path) == ("POST", "/add-checkpoint")
        body = request.content.decode()
        self.bodies.append(body)
        return await self.answering(request) if self.answering else self.honest(body)

    def honest(self, body: str) -> httpx2.Response:
        old, new = sizes_of(body)
        if old != self.size:
            return conflict(self.size)
        self.size = new
        return httpx2.Response(200, text=self.line(body))

    def line(self, body: str, *, later: timedelta = timedelta()) -> str:
        text, _ = split_note(body.partition("\n\n")[2].encode())
        time = int((self.clock.now() + later).timestamp())
        return Cosignature(self.key, time, self.private.sign(signed_message(text, time))).line


def sizes_of(body: str) -> tuple[int, int]:
    """The old size, and that of the checkpoint."""
    head, _, note = body.partition("\n\n")
    return int(head.split("\n")[0].removeprefix("old ")), int(note.split("\n")[1])


def conflict(size: int) -> httpx2.Response:
    return httpx2.Response(409, content=f"{size}\n".encode(), headers={"Content-Type": SIZE_TYPE})


@dataclass
class Witnessed:
    """A log and its witnesses, asked one step at a time on the leader's connection."""

    log: DatabaseLog
    witnesses: list[FakeWitness]
    connection: AsyncConnection
    needed: int = 1

    @property
    def policy(self) -> Policy:
        return Policy({witness.key: witness.url for witness in self.witnesses}, self.needed)

    def collector(self, db: Database | None = None) -> Collector:
        return Collector(
            db or self.log.db,
            HttpClient(self.client(), timeout_seconds=2),
            self.policy,
            self.log.clock,
            hint=Restless(),
        )

    def client(self) -> httpx2.AsyncClient:
        by_host = {httpx2.URL(witness.url).host: witness for witness in self.witnesses}

        async def answer(request: httpx2.Request) -> httpx2.Response:
            return await by_host[request.url.host].answer(request)

        return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))

    async def grow(self, count: int) -> None:
        if count:
            await self.log.append(count)
        await self.log.advance()

    async def ask(self, number: int = 1) -> Outcome | None:
        """Ask one witness for the newest checkpoint, as its task does."""
        leader = Leader(self.connection, Stop())
        async with leader.transaction() as tx:
            leader.round.checkpoint = await store.find_checkpoint(tx)
        return await self.collector().ask(leader, self.witnesses[number - 1].key)

    async def published(self) -> bytes:
        async with self.log.db.transaction() as tx:
            return (await witness_store.cosigned(tx, await store.get_checkpoint(tx))).encode()

    async def cosigners(self) -> list[str]:
        """Whose valid cosignatures stand under the newest checkpoint."""
        found = read_cosignatures(await self.published(), [witness.key for witness in self.witnesses])
        return [each.key.name for each in found]

    async def standing(self) -> Standing:
        async with self.log.db.transaction() as tx:
            return await witness_store.find_standing(tx, self.policy.lines, self.needed)

    async def known(self, number: int = 1) -> Known:
        line = str(self.witnesses[number - 1].key)
        async with self.log.db.transaction() as tx:
            return (await witness_store.find_known(tx, [line]))[line]


def answering(status: int, text: str = "", content_type: str = "text/plain") -> Answering:
    async def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=text.encode(), headers={"Content-Type": content_type})

    return answer

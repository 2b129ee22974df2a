"""All partners' systems: each referral under a key of its own, sent again until answered, then what follows it."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from bench.year.callers import Tokens, system_of
from bench.year.connection import Connection, Reply
from bench.year.referrals import Prepared
from tests.chaos.journal import ACCEPTED, MAY_BE_SENT_AGAIN, REFERRALS, Added, Again, Answered

CONNECTIONS: Final = 24


@dataclass
class Acknowledged:
    """What was promised to senders; everything in the databases is measured by it."""

    answers: list[Answered] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    withdrawn: list[UUID] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    sent_again: int = 0


@dataclass
class Sender:
    """Sends over ``connections`` at once: as fast as it is answered, or at most ``per_second``.

    ``run``: what the keys of its referrals begin with; two senders with one would send the same referrals again.
    """

    url: str
    tokens: Tokens
    connections: int = CONNECTIONS
    per_second: float | None = None
    run: str = "year"
    acknowledged: Acknowledged = field(default_factory=Acknowledged)

    async def send(self, referrals: Iterator[Prepared]) -> None:
        """All of them; returns when the last one was answered for good."""
        self._began, self._taken = asyncio.get_running_loop().time(), 0
        async with asyncio.TaskGroup() as lanes:
            for _ in range(self.connections):
                lanes.create_task(self._lane(referrals))

    async def _lane(self, referrals: Iterator[Prepared]) -> None:
        connection = Connection(self.url)
        for referral in referrals:
            await self._turn()
            await self._refer(connection, referral)
        await connection.close()

    async def _turn(self) -> None:
        self._taken += 1
        if self.per_second is not None:
            due_at = self._began + self._taken / self.per_second
            await asyncio.sleep(max(0.0, due_at - asyncio.get_running_loop().time()))

    async def _refer(self, connection: Connection, referral: Prepared) -> None:
        key = f"{self.run}-{referral.number}"
        said = await self._answered(connection, referral, key, REFERRALS, referral.body)
        if said is None:
            return
        referral_id = UUID(said["referral_id"])
        self.acknowledged.answers.append(Answered(key, referral_id))
        for path, body in referral.later:
            follows = f"{key}-{path}"
            added = await self._answered(connection, referral, follows, f"{REFERRALS}/{referral_id}/{path}", body)
            if added is not None:
                self._note(path, follows, referral_id, added)

    def _note(self, path: str, key: str, referral_id: UUID, added: Any) -> None:
        if path == "supplements":
            self.acknowledged.added.append(Added(key, referral_id, added["edition"]))
        else:
            self.acknowledged.withdrawn.append(referral_id)

    async def _answered(self, connection: Connection, by: Prepared, key: str, path: str, body: str) -> Any:
        """The receipt, however often it takes; None, which is noted, when it was refused."""
        who = system_of(by.partnership, by.agency)
        while True:
            proof = {"Authorization": self.tokens.header(who), "Idempotency-Key": key}
            reply = await connection.ask("POST", path, {**proof, "Content-Type": "application/json"}, body)
            if reply is not None and reply.status == ACCEPTED:
                return reply.json()
            if reply is not None and reply.status < 500 and reply.status not in MAY_BE_SENT_AGAIN:
                self._refused(key, reply)
                return None
            self.acknowledged.sent_again += 1
            await asyncio.sleep(_again(reply).after_seconds)

    def _refused(self, key: str, reply: Reply) -> None:
        if not self.acknowledged.refused:
            print(f"refused: {key}: {reply.status} {reply.body.decode(errors='replace')[:600]}", file=sys.stderr)
        self.acknowledged.refused.append(f"{key}: {reply.status}")


def _again(reply: Reply | None) -> Again:
    return Again() if reply is None else Again.as_asked(reply.headers.get("retry-after"))

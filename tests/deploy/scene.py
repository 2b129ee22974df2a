"""The stack that is broken, and what faults of several kinds do with it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx2
from sqlalchemy.engine import make_url

from local_stack.kafka import Kafka
from local_stack.stack import Stack
from local_stack.witness.part import WitnessPart
from tests.e2e.people import Party, People
from tests.e2e.steps import PARTNERSHIP, done, post

HUB_STAFF: Final = f"{PARTNERSHIP}-manager"


@dataclass(frozen=True)
class Scene:
    """The stack, who is at work on it, and the folder of its packs."""

    stack: Stack
    people: People
    packs: Path

    @property
    def school(self) -> Party:
        """Sends referrals."""
        return self.people.client("wandsworth-school")

    async def refer(self) -> Any:
        """Another referral; its receipt."""
        return done(await post(self.school), 202)

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the administrator."""
        server = make_url(self.stack.parts["postgres"].address)
        address = server.set(database=name).render_as_string(hide_password=False)
        connection = await asyncpg.connect(address)
        try:
            yield connection
        finally:
            await connection.close()

    @contextmanager
    def paused(self, *names: str) -> Iterator[None]:
        """Processes that do nothing, and go on afterwards."""
        pids = [self._pid(name) for name in names]
        with ExitStack() as ending:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
                ending.callback(_wake, pid)
            yield

    def _pid(self, name: str) -> int:
        part = self.stack.parts.get(name)
        return part.child.pid if isinstance(part, Kafka | WitnessPart) else self.stack.supervisor.pid(name)


Fault = Callable[[Scene], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def asking(party: Party) -> AsyncIterator[None]:
    """Somebody looks at the queue several times a second, whatever the answer."""

    async def look() -> None:
        while True:
            with suppress(httpx2.HTTPError):
                await party.ask("GET", "triage", "/v1/cases")
            await asyncio.sleep(0.2)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def behave(scene: Scene, agency: str, mode: str) -> None:
    """Have an agency's system answer as ``mode`` says."""
    url = f"{scene.stack.addresses()['agencies']}/agencies/{agency}"
    (await scene.people.http.put(url, json={"mode": mode})).raise_for_status()


def _wake(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)

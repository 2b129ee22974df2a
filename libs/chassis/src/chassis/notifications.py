"""Notifications of the database (LISTEN and NOTIFY), heard on one connection per process that does nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import asyncpg

from chassis import telemetry
from chassis.db import Database, DatabaseUnavailable
from chassis.ids import Ids
from chassis.tasks import Pace

CONNECT_AGAIN_SECONDS: Final = (0.2, 5.0)
PROBE_SECONDS: Final = 15.0
"""So often a listener makes sure that it still hears, and says that it may have missed something while it does not."""
HEARD_WITHIN_SECONDS: Final = 5.0
_PROBE: Final = "probe "

log = telemetry.logger(__name__)

Heard = Callable[[str | None], None]
"""Is given each payload, or None: something may have been missed. MUST return at once and MUST NOT raise."""


class Notifications:
    """Contract.

    - What is notified by a transaction is heard after its commit, by every process that listens.
    - A connection can die in silence, or lead to a pooler that forwards nothing. So the listener notifies itself now
      and then; whenever it does not hear itself it connects again, and hands on None: anyone who listens reads again.
    - One that ends aloud is made again at once, then after pauses that grow while the database is away.
    """

    def __init__(self, db: Database, channel: str, ids: Ids, *, probe_seconds: float = PROBE_SECONDS) -> None:
        self._db = db
        self._channel = channel
        self._ids = ids
        self._probe_seconds = probe_seconds
        self._awaited = ""
        self._probed = asyncio.Event()
        self._ended = asyncio.Event()
        self._pace = Pace(*CONNECT_AGAIN_SECONDS)

    @asynccontextmanager
    async def heard_by(self, heard: Heard) -> AsyncIterator[None]:
        """Listen while the block lasts; it begins at once, whether the database can be reached or not."""
        task = asyncio.create_task(self._run(heard))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, heard: Heard) -> None:
        while True:
            try:
                await self._listen(heard)
            except (DatabaseUnavailable, TimeoutError) as error:
                log.warning("notifications cannot be heard", error=type(error).__name__)
            heard(None)
            await asyncio.sleep(self._pace.pause_seconds())

    async def _listen(self, heard: Heard) -> None:
        """Until the connection ends. Raises ``DatabaseUnavailable``, or ``TimeoutError`` when nothing is heard."""

        def receive(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
            self._receive(str(payload), heard)

        async with self._db.own_connection() as connection:
            self._ended.clear()
            connection.add_termination_listener(lambda _connection: self._ended.set())
            await connection.add_listener(self._channel, receive)
            await self._probe(connection)
            self._pace.hurry()
            heard(None)  # what was notified before this moment
            while not await self._ends_within(self._probe_seconds):
                await self._probe(connection)

    async def _ends_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)
        return self._ended.is_set()

    def _receive(self, payload: str, heard: Heard) -> None:
        if not payload.startswith(_PROBE):
            heard(payload)
        elif payload == self._awaited:
            self._probed.set()

    async def _probe(self, connection: asyncpg.Connection) -> None:
        self._probed.clear()
        self._awaited = f"{_PROBE}{self._ids.new()}"
        async with asyncio.timeout(HEARD_WITHIN_SECONDS):
            await connection.execute("SELECT pg_notify($1, $2)", self._channel, self._awaited)
            await self._probed.wait()

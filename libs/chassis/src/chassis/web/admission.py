"""Admission: a client whose tokens are good is refused all the same while it is suspended."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from chassis import telemetry
from chassis.db import Database
from chassis.web.auth import Principal, client_of
from chassis.web.suspension import find_suspended
from contracts.codes import ActorKind
from contracts.problems import Problem

REFRESH_SECONDS: Final = 0.5
"""Between two readings, while systems send requests; while none does, nothing is read."""
OLDEST_SECONDS: Final = 1.5
"""What is known of suspensions is read again by the request itself when it is older."""

log = telemetry.logger(__name__)


class Admission:
    """Contract.

    - A system of others that is suspended in this service's database is refused ``OLDEST_SECONDS`` later at the
      latest, however long its token is good for. People are never refused for a system of their agency.
    - A request waits for nothing as long as the table is read in time, which it is while requests come. Otherwise,
      as after a quiet hour, the request reads it first, and is refused when that fails: nobody is let in by what is
      too old, and nothing is lost, as the service cannot do anything without that database.
    """

    def __init__(self, db: Database, refuse: Callable[[Principal], Problem]) -> None:
        self._db = db
        self._refuse = refuse
        self._suspended: frozenset[str] = frozenset()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._wanted = asyncio.Event()

    async def admit(self, principal: Principal) -> None:
        """Raises what ``refuse`` makes, or ``DatabaseUnavailable`` when nobody can say."""
        if principal.kind is not ActorKind.PARTNER:
            return
        self._wanted.set()
        if self._is_old():
            await self._read_once()
        if client_of(principal) in self._suspended:
            raise self._refuse(principal)

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[None]:
        """Read the table now, before the first request, and again and again while requests come in the block."""
        await self._try_to_read()
        keeping = asyncio.create_task(self._keep_reading())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _keep_reading(self) -> None:
        while True:
            await self._wanted.wait()
            await asyncio.sleep(REFRESH_SECONDS)
            self._wanted.clear()
            await self._try_to_read()

    def _is_old(self) -> bool:
        return asyncio.get_running_loop().time() - self._read_at > OLDEST_SECONDS

    async def _read_once(self) -> None:
        """Of many requests that find it too old, one reads for all."""
        async with self._reading:
            if self._is_old():
                await self._read()

    async def _try_to_read(self) -> None:
        try:
            async with self._reading:
                await self._read()
        except Exception as error:
            log.warning("suspensions cannot be read", error=type(error).__name__)

    async def _read(self) -> None:
        """MUST be called with the lock.

        Interleaving prevented: of two readings that overlap, the one that began before a suspension ends last, and
        what it read replaces the suspension.
        """
        began = asyncio.get_running_loop().time()
        async with self._db.transaction() as tx:
            self._suspended = await find_suspended(tx)
        self._read_at = began

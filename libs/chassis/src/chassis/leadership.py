"""Leadership: of all instances of a worker, the one that holds a lock of the database does the work."""

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database, named_unavailable
from chassis.tasks import Stop

FOLLOWER_SECONDS: Final = 2.0
"""A follower looks so often whether the leader is gone."""

Leader = Callable[[AsyncConnection, Stop], Awaitable[None]]
"""Works on the leader's own connection until the stop is set. Opens and commits its own transactions."""

_LEAD: Final = text("SELECT pg_try_advisory_lock(:lock)")


async def lead(db: Database, work: Leader, *, lock: int, stop: Stop) -> None:
    """Wait for the lock, then ``work`` until the stop is set. Raises what the work raises, and ``DatabaseUnavailable``.

    The lock belongs to the connection that also does the work, so an instance that loses it can change nothing.
    It is closed in the end: back in the pool it would go on holding the lock.
    """
    with named_unavailable():
        async with db.engine.connect() as connection:
            try:
                if await _become_leader(connection, lock, stop):
                    await work(connection, stop)
            finally:
                await connection.invalidate()


async def _become_leader(connection: AsyncConnection, lock: int, stop: Stop) -> bool:
    while not stop.is_set():
        leads = await connection.scalar(_LEAD, {"lock": lock})
        await connection.commit()
        if leads:
            return True
        await stop.wait(FOLLOWER_SECONDS)
    return False

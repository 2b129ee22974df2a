"""The database: one engine per service, transactions opened only at an edge."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from contracts.problems import Unavailable

Transaction = AsyncConnection
"""A connection inside an open transaction. Whoever receives one MUST NOT commit, roll back or close it."""

RETRY_AFTER_SECONDS: Final = 2

# A statement that runs longer is a fault, and a transaction left open holds locks and stalls vacuum.
_SERVER_SETTINGS: Final = {
    "statement_timeout": "15s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}
_OURS = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)


class DatabaseUnavailable(Unavailable):
    """The database cannot be used, or a COMMIT was lost on the way: its outcome is unknown, ask again."""

    slug, title = "database-unavailable", "We cannot save anything right now. Send the same request again"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


class Database:
    """One pool of connections for one service, as the role that owns nothing."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10) -> Self:
        """Make the pool; nothing is contacted yet. ``url`` is ``postgresql://…``."""
        engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=True,
            hide_parameters=True,  # parameters are personal data; they must never reach an error text
            connect_args={"server_settings": _SERVER_SETTINGS, "timeout": 5, "command_timeout": 20},
        )
        return cls(engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Returning commits, raising rolls back. Written only at an edge.

        Raises ``DatabaseUnavailable`` when the database cannot be reached or the outcome of COMMIT is unknown.
        """
        try:
            async with self.engine.begin() as tx:
                yield tx
        except (OperationalError, InterfaceError, TimeoutError) as error:
            raise DatabaseUnavailable from error
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error.orig and error.orig.__cause__, _OURS):
                raise DatabaseUnavailable from error
            raise
        except (OSError, *_OURS) as error:  # raised while connecting
            raise DatabaseUnavailable from error

    async def ping(self) -> None:
        """Raises ``DatabaseUnavailable`` unless the database answers."""
        async with self.transaction() as tx:
            await tx.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

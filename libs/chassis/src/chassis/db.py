"""The database: one engine per service, transactions opened only at an edge."""

import asyncio
import builtins
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chassis import driver
from contracts.problems import Unavailable

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Transaction = AsyncConnection
"""A connection inside an open transaction. Code that receives one MUST NOT commit, roll back or close it."""

DriverTransaction: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
"""The same as the driver has it, for the few statements that are run so often that an adapter costs too much."""

DRIVER_POOL_SIZE: Final = 4
RETRY_AFTER_SECONDS: Final = 2

# A statement that runs longer is a fault, and a transaction left open holds locks and stalls vacuum.
# What is looked up is in memory, or on a disk without a moving head. At the server's own cost of such a page, four
# times that of the next one in order, a table without statistics yet is read whole, by a plan that is kept.
SERVER_SETTINGS: Final = {
    "statement_timeout": "15s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "random_page_cost": "1.1",
    "timezone": "UTC",
}
# The driver's own confusion is among them: a server that dies within an answer leaves it waiting for the rest. So are a
# full disk, want of memory or connections, a disk that fails, and a standby that is not the primary yet.
_OURS = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
)


class DatabaseUnavailable(Unavailable):
    """The database cannot be used, or a COMMIT was lost on the way: its outcome is unknown, ask again."""

    slug, title = "database-unavailable", "We cannot save anything right now. Send the same request again"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


class _AsItWasLeft(driver.Connection):
    """A connection that is used again without a round trip to reset it: nobody here changes a session's settings."""

    def get_reset_query(self) -> str:
        """Asked for by the driver's pool."""
        return ""


class _DriverPool:
    """The driver's own pool, made when it is first used: it belongs to the loop that it is made in."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def ready(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool; it connects nothing by itself."""
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                self._dsn,
                min_size=0,
                max_size=DRIVER_POOL_SIZE,
                connection_class=_AsItWasLeft,
                server_settings=SERVER_SETTINGS,
                timeout=5,
                command_timeout=20,
            )
        return await self._pool

    async def connect_alone(self) -> asyncpg.Connection:
        """A connection outside the pool."""
        return await asyncpg.connect(
            self._dsn,
            connection_class=driver.Connection,
            server_settings=SERVER_SETTINGS,
            timeout=5,
            command_timeout=20,
        )

    async def close(self) -> None:
        """Close its connections."""
        if self._pool is not None:
            await (await self._pool).close()


class Database:
    """The connections of one service, as the role that owns nothing."""

    def __init__(self, engine: AsyncEngine, driver_pool: _DriverPool) -> None:
        self.engine = engine
        self._by_statement = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._driver_pool = driver_pool

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10) -> Self:
        """Make the pool; nothing is contacted yet. ``url`` is ``postgresql://…``."""
        pool = _DriverPool(driver_address(url))
        engine = engine_on(
            url,
            pool.connect_alone,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            hide_parameters=True,  # parameters are personal data; they must never reach an error text
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return cls(engine, pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Returning commits, raising rolls back. Written only at an edge.

        Raises ``DatabaseUnavailable`` when the database cannot be reached or the outcome of COMMIT is unknown.
        """
        async with _begun(self.engine) as tx:
            yield tx

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Transaction]:
        """The same for one statement, which is a transaction by itself: one round trip instead of three.

        MUST NOT be used for more than one: what the first wrote stays when the second fails.
        """
        async with _begun(self._by_statement) as tx:
            yield tx

    @asynccontextmanager
    async def driver_transaction(self, locks: Collection[int] = ()) -> AsyncIterator[DriverTransaction]:
        """The same on the driver itself: parameters are ``$1``, rows are records. Written only at an edge.

        It begins with advisory ``locks`` (64-bit numbers, waited for in rising order, held until it ends), in the
        same round trip. A connection that was lost while nobody used it fails one transaction: the request must be
        able to ask again.
        """
        try:
            pool = await self._driver_pool.ready()
            async with pool.acquire(timeout=5) as connection:
                await connection.execute(_begin(locks))
                try:
                    yield connection
                except BaseException:
                    await _abandon(connection)
                    raise
                if await connection.execute("COMMIT") != "COMMIT":
                    raise RuntimeError("The transaction had failed, and its failure was not raised")
        except (OSError, builtins.TimeoutError, *_OURS) as error:
            raise DatabaseUnavailable from error

    @asynccontextmanager
    async def own_connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the driver's that belongs to no pool, for what has to keep one. Raises as the others do."""
        try:
            connection = await self._driver_pool.connect_alone()
            try:
                yield connection
            finally:
                connection.terminate()
        except (OSError, builtins.TimeoutError, *_OURS) as error:
            raise DatabaseUnavailable from error

    async def ping(self) -> None:
        """Raises ``DatabaseUnavailable`` unless the database answers."""
        async with self.transaction() as tx:
            await tx.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self._driver_pool.close()


def driver_address(url: str) -> str:
    """An address as the driver itself reads it; ``sslmode`` and ``sslrootcert`` in it mean what they do in libpq."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def engine_on(url: str, connect: Callable[[], Awaitable[asyncpg.Connection]], **options: Any) -> AsyncEngine:
    """An engine on connections that the driver itself makes: SQLAlchemy's own way knows no ``sslmode``."""
    named = make_url(url).set(drivername="postgresql+asyncpg", query={})
    return create_async_engine(named, async_creator=connect, **options)


@asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[Transaction]:
    try:
        with named_unavailable():
            async with engine.begin() as tx:
                yield tx
    except (OSError, *_OURS) as error:  # raised while connecting
        raise DatabaseUnavailable from error


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """A connection that ended while nobody used it is replaced before it is used: a server that stops says so.

    SQLAlchemy's own way is to ask the server each time, which is three round trips before every transaction. One that
    is lost in silence fails the transaction that finds out, after its timeout, as it would fail the question.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def as_at_one_moment(tx: Transaction) -> None:
    """Let every statement of a transaction that only reads see the same moment. MUST be its first statement."""
    await tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


@contextmanager
def named_unavailable() -> Iterator[None]:
    """Raises ``DatabaseUnavailable`` for each error of a statement by which a database that is away or died shows."""
    try:
        yield
    except (OperationalError, InterfaceError, TimeoutError) as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error.orig and error.orig.__cause__, _OURS):
            raise DatabaseUnavailable from error
        raise


def _begin(locks: Collection[int]) -> str:
    """Numbers only, so there is nothing that would have to be quoted."""
    wanted = ", ".join(f"({int(number)})" for number in sorted(set(locks)))
    lock = f"SELECT pg_advisory_xact_lock(n) FROM (VALUES {wanted}) AS wanted(n)"  # noqa: S608  # numbers only
    return f"BEGIN; {lock}" if wanted else "BEGIN"


async def _abandon(connection: DriverTransaction) -> None:
    """Roll back; when that cannot be done the connection is of no use to anybody and is ended."""
    try:
        await asyncio.shield(connection.execute("ROLLBACK"))
    except BaseException:
        connection.terminate()
        raise

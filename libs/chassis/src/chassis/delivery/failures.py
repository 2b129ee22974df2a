"""What failed: the database, one message, or our code on one message; and where in our code."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from chassis.db import Database, DatabaseUnavailable
from contracts.problems import Problem, Unavailable

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
NAME_LENGTH: Final = 200

_OF_THE_DATABASE: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # it died within an answer, and the driver still waits for the rest
    asyncpg.OperatorInterventionError,  # shut down, starting up, or a statement that took too long
    asyncpg.TransactionRollbackError,  # a deadlock or a conflict between transactions
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby took over and is not the primary yet
    asyncpg.PostgresSystemError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)
_LIBRARIES: Final = sys.stdlib_module_names | {
    "aiokafka", "alembic", "asyncpg", "fastapi", "httpcore2", "httpx2", "opentelemetry", "prometheus_client",
    "pydantic", "pydantic_core", "rfc8785", "sqlalchemy", "starlette", "structlog", "uvloop", "yaml",
}  # fmt: skip
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9_.:]")


class Suspect(Exception):
    """Our code failed while a batch was applied, and not because of the database. The cause is ``__cause__``."""


class HandlerLeft(Exception):
    """A handler tried to end the process or its task instead of raising."""


@dataclass(frozen=True)
class Failure:
    """What is kept and shown of a failure: names of our code and nothing of what a message or the error said."""

    error_class: str
    place: str


def is_general(error: BaseException) -> bool:
    """True when the same would happen to any message: the database is away, busy, or took the transaction back."""
    if isinstance(error, DatabaseUnavailable | InterfaceError | OperationalError | TimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(_driver_error(error), _OF_THE_DATABASE)
    return isinstance(error, _OF_THE_DATABASE)


async def is_of_the_database(error: BaseException, db: Database) -> bool:
    """The same, asked of the database itself where the error is none that we know: one that dies shows in many ways."""
    if is_general(error):
        return True
    try:
        await db.ping()
    except Exception:
        return True
    return False


def is_wrong(error: Exception) -> bool:
    """True when the message itself is to blame. ``Unavailable`` says of itself that it is ours to mend."""
    return isinstance(error, Problem) and not isinstance(error, Unavailable)


def describe(error: BaseException) -> Failure:
    """An error's class, and the innermost place of our code: ``module:function:line``. Its text is never looked at."""
    cause = error.__cause__ if isinstance(error, Suspect | HandlerLeft) and error.__cause__ is not None else error
    return Failure(name_of(cause), _place_of(cause) or _place_of(error) or "unknown")


def name_of(error: BaseException) -> str:
    """The class; of what the database refused, the driver's, which says why."""
    cause = _driver_error(error) if isinstance(error, DBAPIError) else error
    return _NOT_A_NAME.sub("_", type(cause).__name__)[:NAME_LENGTH]


def pause_after(attempts: int) -> timedelta:
    """How long a failing message waits: five seconds at first, twice as long each time, an hour at most."""
    doublings: int = min(max(attempts, 1) - 1, 20)
    return min(FIRST_PAUSE * float(2**doublings), LONGEST_PAUSE)


def _driver_error(error: DBAPIError) -> BaseException:
    return (error.orig.__cause__ if error.orig is not None else None) or error.orig or error


def _place_of(error: BaseException) -> str | None:
    ours = [(frame, line) for frame, line in _frames(error) if not _is_of_a_library(frame)]
    if not ours:
        return None
    frame, line = ours[-1]
    function = frame.f_code.co_name.strip("<>")
    return _NOT_A_NAME.sub("_", f"{frame.f_globals.get('__name__')}:{function}:{line}")[:NAME_LENGTH]


def _frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _is_of_a_library(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] in _LIBRARIES

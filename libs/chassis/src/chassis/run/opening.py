"""Opening the database once before a process begins: what only an operator can mend is said in one line."""

import asyncio
import ssl
from typing import Final

import asyncpg
from sqlalchemy.engine import URL, make_url

from chassis.db import driver_address
from chassis.settings import SettingRefused
from chassis.tls import why_not_believed

ANSWER_SECONDS: Final = 5.0
_SPEAKS_NO_TLS: Final = "rejected SSL upgrade"  # of the driver, which has no class for it


class DatabaseAway(Exception):
    """The database does not answer now; another attempt may succeed. The text is one line."""


async def opened(url: str, *, of: str) -> None:
    """Open and close one connection to ``url``, the value of the variable ``of``.

    Raises ``SettingRefused`` when the server refuses us or is not believed, ``DatabaseAway`` when it does not answer.
    """
    try:
        connection = await asyncpg.connect(driver_address(url), timeout=ANSWER_SECONDS)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        reason = _reason(error, make_url(url))
        if reason:
            raise SettingRefused(f"{of}: {reason}") from error
        raise DatabaseAway(f"{of}: the database at {_place(make_url(url))} does not answer: try again") from error
    await connection.close()


def try_database(url: str) -> None:
    """For a process that begins: raises ``SettingRefused``, and goes on without a database that is away.

    Such a process is not ready until the database is back.
    """
    try:
        asyncio.run(opened(url, of="FRONTDOOR_DATABASE_URL"))
    except DatabaseAway:
        return


def _reason(error: Exception, url: URL) -> str:
    """What an operator has to mend; empty when waiting may help."""
    place = f"the database at {_place(url)}"
    match error:
        case ssl.SSLCertVerificationError():
            return f"{place} is not believed, {why_not_believed(error)}"
        case asyncpg.InvalidPasswordError():
            return f"{place} does not accept the password of {url.username}: correct it here or there"
        case asyncpg.InvalidAuthorizationSpecificationError():
            return f"{place} does not let {url.username} in from here: look at its pg_hba.conf and at sslmode"
        case asyncpg.InvalidCatalogNameError():
            return f"there is no database {url.database} at {_place(url)}: name another, or have it made"
        case asyncpg.ClientConfigurationError():
            return "its sslmode, sslrootcert, sslcert or sslkey cannot be used: name readable PEM files"
        case ConnectionError() if _SPEAKS_NO_TLS in str(error):
            return f"{place} speaks no TLS: turn it on there, or write another sslmode"
        case ssl.SSLError():
            return (
                f"TLS with {place} fails ({error.reason or 'no reason given'}): look at sslrootcert, sslcert and sslkey"
            )
    return ""


def _place(url: URL) -> str:
    host = url.host or str(url.query.get("host", "localhost"))
    return f"{host}:{url.port}" if url.port else host

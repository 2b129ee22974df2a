"""For tests of migrations: each revision has a way back, and together they make the tables that the code names."""

from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection

from chassis.run.migrate import as_owner, config_of

NOTHING: Final = "base"


async def downgrade(owner_url: str, *, package: str, to: str = NOTHING) -> None:
    """Take every revision back, or those after one. Commits."""
    await as_owner(owner_url, lambda connection: command.downgrade(config_of(package, connection), to))


async def differences(owner_url: str, tables: MetaData) -> list[Any]:
    """What the migrated database and ``tables`` disagree about; empty when they are the same."""
    found: list[Any] = []

    def run(connection: Connection) -> None:
        found.extend(compare_metadata(MigrationContext.configure(connection), tables))

    await as_owner(owner_url, run)
    return found

"""Suspended clients: what another service says of them is kept in this service's database, by version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, text

from chassis.db import Transaction
from chassis.delivery.messages import Message
from chassis.delivery.schema import Operations, grant

STANDINGS_PATH: Final = "/operator/standings"
_COMMENT: Final = "Clients that were ever suspended, by the last version that said so; suspended while there is a time."

_table = Table(
    "suspension",
    MetaData(),
    Column("client_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("suspended_at", DateTime(timezone=True)),
    comment=_COMMENT,
)
_CREATE: Final = (
    """CREATE TABLE suspension (
        client_id text PRIMARY KEY,
        version integer NOT NULL,
        suspended_at timestamptz
    )""",
    f"COMMENT ON TABLE suspension IS '{_COMMENT}'",
)
_RECORD: Final = text(
    """INSERT INTO suspension (client_id, version, suspended_at)
       SELECT DISTINCT ON (n.client_id) n.client_id, n.version, n.suspended_at
       FROM unnest(CAST(:clients AS text[]), CAST(:versions AS integer[]), CAST(:times AS timestamptz[]))
            AS n(client_id, version, suspended_at)
       ORDER BY n.client_id, n.version DESC
       ON CONFLICT (client_id) DO UPDATE SET version = EXCLUDED.version, suspended_at = EXCLUDED.suspended_at
       WHERE suspension.version < EXCLUDED.version"""
)
_SUSPENDED: Final = text("SELECT client_id FROM suspension WHERE suspended_at IS NOT NULL")


class StandingView(BaseModel):
    """The standing of one client, by the version of the event that said so."""

    client_id: str = Field(min_length=1, max_length=200)
    version: int = Field(ge=1, lt=2**31)
    suspended_at: AwareDatetime | None


class StandingsView(BaseModel):
    """Every client that was ever suspended; what their owner answers under ``STANDINGS_PATH``."""

    standings: tuple[StandingView, ...]


@dataclass(frozen=True)
class Standing:
    """What one version says of a client: suspended since a time, or not."""

    client_id: str
    version: int
    suspended_at: datetime | None


class StandingEvents:
    """The two event types by which the owner of clients says that one was suspended or restored.

    All that counts is in the envelope: the client is what the subject names, so a value that cannot be read
    stops no suspension.
    """

    def __init__(self, *, suspended: str, restored: str) -> None:
        self._suspended = suspended
        self._restored = restored

    async def on_message(self, tx: Transaction, message: Message, now: datetime) -> None:
        """Handler of either event."""
        await self.on_messages(tx, [message], now)

    async def on_messages(self, tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
        """The same for a batch that may hold anything."""
        found = [self._standing(each) for each in messages if each.envelope.type in (self._suspended, self._restored)]
        if found:
            await record(tx, found)

    def _standing(self, message: Message) -> Standing:
        envelope = message.envelope
        suspended_at = envelope.time if envelope.type == self._suspended else None
        return Standing(envelope.subject.partition("/")[2], envelope.sequence, suspended_at)


async def record(tx: Transaction, standings: Sequence[Standing]) -> None:
    """Keep the newest of each client. One that is older than what is known changes nothing, in whatever order."""
    columns = {
        "clients": [each.client_id for each in standings],
        "versions": [each.version for each in standings],
        "times": [each.suspended_at for each in standings],
    }
    await tx.execute(_RECORD, columns)


async def find_suspended(tx: Transaction) -> frozenset[str]:
    """The clients that are suspended now."""
    return frozenset(await tx.scalars(_SUSPENDED))


def create_suspension_table(op: Operations) -> None:
    """Create ``suspension``; run in a migration."""
    for statement in _CREATE:
        op.execute(statement)
    grant(op, table="suspension", rights="SELECT, INSERT, UPDATE")


def drop_suspension_table(op: Operations) -> None:
    """The way back from ``create_suspension_table``."""
    op.execute("DROP TABLE suspension")


def add_to(target: MetaData) -> None:
    """Copy the table into a service's own metadata, for its migration check."""
    _table.to_metadata(target)

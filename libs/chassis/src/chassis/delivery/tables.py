"""The four tables of delivery that every service's database has."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
"""Delivery's tables; a service adds its own to the same object by ``add_to``."""

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("aggregate", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    UniqueConstraint("aggregate", "version", name="event_aggregate_version"),
    Index("event_unpublished", "id", postgresql_where=text("published_at IS NULL")),
    comment="History and outbox in one: rows without published_at are still to be sent.",
)

position = Table(
    "position",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    comment="The offset to read next; the truth about how far this service has read.",
)

applied = Table(
    "applied",
    metadata,
    Column("aggregate", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    comment="The last version of each foreign aggregate that has taken effect here. Kept for ever.",
)

parked = Table(
    "parked",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("kafka_offset", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("aggregate", Text),
    Column("version", Integer),
    Column("headers", JSONB, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("error_class", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="1"),
    Column("parked_at", DateTime(timezone=True), nullable=False),
    Column("asked", Text),
    Column("asked_by", Text),
    Column("asked_reason", Text),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_as", Text),
    Index(
        "parked_once",
        "topic",
        "partition",
        "kafka_offset",
        unique=True,
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index("parked_key", "key", "id", postgresql_where=text("settled_at IS NULL")),
    Index("parked_asked", "id", postgresql_where=text("settled_at IS NULL AND asked IS NOT NULL")),
    comment="Messages that could not take effect. While one is unsettled, its key is blocked. Kept for ever.",
)

TABLES = (event, position, applied, parked)


def add_to(target: MetaData) -> None:
    """Copy delivery's tables into a service's own metadata, for its migration check."""
    for table in TABLES:
        table.to_metadata(target)

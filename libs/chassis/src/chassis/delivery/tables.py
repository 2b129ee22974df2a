"""The tables of delivery that every service's database has: their only definition."""

from typing import Final

from sqlalchemy import (
    ARRAY,
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
    Column("event_id", Uuid, nullable=False),
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
    comment="History and outbox in one: rows without published_at are still to be sent. One is known by its aggregate "
    "and version: nothing looks for its random event_id, whose index every event would pay for twice.",
    postgresql_with={"autovacuum_vacuum_scale_factor": 0.02, "autovacuum_vacuum_threshold": 1000},
)

position = Table(
    "position",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    comment="The offset to read next; the truth about how far this service has read.",
    postgresql_with={"fillfactor": 50},
)

applied = Table(
    "applied",
    metadata,
    Column("aggregate", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("unread", ARRAY(Integer)),
    comment="The last version of each foreign aggregate that has taken effect here, and versions followed without "
    "being read, because nothing here handled their type. Kept for ever.",
    postgresql_with={"fillfactor": 80},
)

parked = Table(
    "parked",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("kafka_offset", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("aggregate", Text),
    Column("version", Integer),
    Column("headers", JSONB, nullable=False),
    Column("data", LargeBinary),
    Column("error_class", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("1")),
    Column("parked_at", DateTime(timezone=True), nullable=False),
    Column("asked", Text),
    Column("asked_by", Text),
    Column("asked_reason", Text),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_as", Text),
    Column("raw_headers", LargeBinary),
    Column("place", Text),
    Column("next_try_at", DateTime(timezone=True)),
    # Equality is all that is asked of a key, and a B-tree refuses one that is longer than a third of a page.
    Index("parked_key", "key", postgresql_using="hash", postgresql_where=text("settled_at IS NULL")),
    Index("parked_record", "topic", "partition", "kafka_offset", postgresql_where=text("settled_at IS NULL")),
    Index(
        "parked_due",
        "id",
        postgresql_where=text("settled_at IS NULL AND (asked IS NOT NULL OR next_try_at IS NOT NULL)"),
    ),
    Index("parked_forgotten", "settled_at", postgresql_where=text("settled_as IN ('applied', 'repeated')")),
    comment="Messages that could not take effect, whole. While one is unresolved, its key is blocked. What was "
    "discarded is kept for ever; what took effect for some time.",
)

halt = Table(
    "halt",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("halted_at", DateTime(timezone=True), nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("resumed_at", DateTime(timezone=True)),
    Column("resumed_by", Text),
    Column("resumed_reason", Text),
    Column("tolerated", Integer),
    comment="Times when reading halted because too many messages in a row were wrong. Without resumed_at it still is.",
)

backfill = Table(
    "backfill",
    metadata,
    Column("type", Text, primary_key=True),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_reason", Text, nullable=False),
    comment="Event types that take effect when they come again, although they had been followed unread.",
)

tally = Table(
    "tally",
    metadata,
    Column("what", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("events", BigInteger, nullable=False),
    comment="How many events were recorded by topic and applied by kind of aggregate: rows to be added up. Each "
    "statement adds its own by a trigger, and a worker folds them into few.",
    postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 10000},
)

TABLES: Final = (event, position, applied, parked, halt, backfill, tally)


def add_to(target: MetaData) -> None:
    """Copy delivery's tables into a service's own metadata, for its migration check."""
    for table in TABLES:
        table.to_metadata(target)

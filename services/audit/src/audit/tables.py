"""The log's tables, beside those of delivery."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from chassis.delivery.tables import add_to
from chassis.web import suspension

metadata = MetaData()
add_to(metadata)
suspension.add_to(metadata)

ENTRY_COLUMNS: Final = (
    "event_id",
    "subject",
    "version",
    "type",
    "referral_id",
    "partnership",
    "occurred_at",
    "body",
)
"""What is kept of an event, in the same order in ``pending`` and ``entry``."""


def _entry_columns() -> list[Column[object]]:
    return [
        Column("event_id", Uuid, nullable=False),
        Column("subject", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("referral_id", Uuid, nullable=False),
        Column("partnership", Text, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("body", LargeBinary, nullable=False),
    ]


pending = Table(
    "pending",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    *_entry_columns(),
    comment="Events read from Kafka that have no place in the log yet.",
)

entry = Table(
    "entry",
    metadata,
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    *_entry_columns(),
    # Not unique: two events under one id are a fault of their sender, and must not stop the log.
    Index("entry_event", "event_id"),
    Index("entry_referral", "referral_id", "leaf_index"),
    comment="The log: body is the leaf, the other columns find it. Never changed, never deleted.",
)

tile = Table(
    "tile",
    metadata,
    Column("level", SmallInteger, primary_key=True),
    Column("tile_index", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),
    comment="The tree as tiles of up to 256 hashes; the last of a level grows to the right.",
)

log = Table(
    "log",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=text("true")),
    Column("size", BigInteger, nullable=False),
    CheckConstraint("is_only", name="log_one_row"),
    comment="One row: how many entries have a place in the tree. Locked by whoever adds to it.",
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    comment="Every checkpoint that was signed. Never changed, never deleted.",
)

cosignature = Table(
    "cosignature",
    metadata,
    Column("key", Text, primary_key=True),
    Column("size", BigInteger, ForeignKey("checkpoint.size"), primary_key=True, autoincrement=False),
    Column("cosigned_at", DateTime(timezone=True), primary_key=True),
    Column("line", Text, nullable=False),
    Index("cosignature_size", "size"),
    comment="What witnesses signed of our checkpoints, each verified first. Never changed, never deleted.",
)

witness = Table(
    "witness",
    metadata,
    Column("key", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("failing_since", DateTime(timezone=True)),
    comment="How each witness answered last, and the size that it said it knows. Says nothing that is proven.",
)

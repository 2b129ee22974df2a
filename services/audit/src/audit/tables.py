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


def _entry_columns(*, body_needed: bool = True) -> list[Column[object]]:
    return [
        Column("event_id", Uuid, nullable=False),
        Column("subject", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("referral_id", Uuid, nullable=False),
        Column("partnership", Text, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("body", LargeBinary, nullable=not body_needed),
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
    *_entry_columns(body_needed=False),
    Column("salt", LargeBinary),
    Column("leaf", LargeBinary, nullable=False),
    CheckConstraint("octet_length(leaf) = 33", name="entry_leaf_length"),
    CheckConstraint("octet_length(salt) = 32", name="entry_salt_length"),
    CheckConstraint("(salt IS NULL) = (body IS NULL)", name="entry_opening"),
    Index("entry_referral", "referral_id", "leaf_index"),
    Index(
        "entry_look",
        "partnership",
        "leaf_index",
        postgresql_where=text("split_part(type, '.', 1) IN ('record', 'access', 'break-glass')"),
    ),
    Index("entry_export", "partnership", "leaf_index", postgresql_where=text("type = 'record.exported.v1'")),
    comment="The log: leaf is public; salt and body, which open it, are not. The rest finds it.",
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
    comment="One row: how many entries have a place in the tree. Locked by the process that adds to it.",
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

former_tile = Table(
    "former_tile",
    metadata,
    Column("level", SmallInteger, primary_key=True),
    Column("tile_index", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),
    comment=(
        "The tree of the log that went before this one, as it was signed. "
        "Its leaves may be entries without a salt: for auditors only."
    ),
)

former_checkpoint = Table(
    "former_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    comment="Every checkpoint of the log that went before this one.",
)

destruction = Table(
    "destruction",
    metadata,
    Column("destruction_id", BigInteger, Identity(always=True), primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("order_named", Text, nullable=False),
    Column("destroyed_at", DateTime(timezone=True), nullable=False),
    comment="What destroy_entries did, and on whose order.",
)

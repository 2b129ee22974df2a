"""What makes a request, or a child, recognisable when it comes again."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from referral_intake.tables.metadata import metadata

idempotency = Table(
    "idempotency",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("referral_id", Uuid, nullable=False),  # claimed before its referral is inserted, so no foreign key
    Column("answer", LargeBinary, nullable=False),
    comment="The answer each key was given; sent again for the same request.",
)

repeat_key = Table(
    "repeat_key",
    metadata,
    Column("key", LargeBinary, nullable=False),
    CheckConstraint("octet_length(key) = 32", name="repeat_key_length"),
    comment="One random key, so that a mark means nothing outside this database.",
)

repeat_mark = Table(
    "repeat_mark",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("received_at", DateTime(timezone=True), primary_key=True),
    Column("referral_id", Uuid, primary_key=True),
    Column("place", SmallInteger, primary_key=True, autoincrement=False, server_default="0"),
    Column("numbers", ARRAY(LargeBinary), nullable=False, server_default="{}"),
    Index("repeat_mark_age", "received_at"),
    comment="Digests by which another referral about the same child is recognised; kept for some days only.",
)

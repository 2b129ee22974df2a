"""This service's tables. Every sentence about a person is in ``document`` alone, so that it can be erased alone."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from chassis import tables as delivery

metadata = MetaData()
delivery.add_to(metadata)

referral = Table(
    "referral",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("decision_expected_by", DateTime(timezone=True), nullable=False),
    Column("immediate_danger", Boolean, nullable=False),
    Column("content_commitment", Text, nullable=False),
    Column("looked_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Index("referral_reference", "reference", unique=True),
    Index("referral_of_agency", "partnership", "agency", "received_at", "referral_id"),
    comment="One row per referral; nothing in it describes a person.",
)

child = Table(
    "child",
    metadata,
    Column("child_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("unborn", Boolean, nullable=False),
    Index("child_of_referral", "referral_id", "place", unique=True),
    comment="The children of a referral, in the order of its document.",
)

document = Table(
    "document",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    CheckConstraint("octet_length(salt) = 32", name="document_salt_length"),
    comment="The exact bytes of a referral, and the salt that its commitment was made with.",
)

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

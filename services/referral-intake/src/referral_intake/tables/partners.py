"""Partner systems, as operators registered them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from referral_intake.tables.metadata import metadata

partner = Table(
    "partner",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("name", Text),
    Column("source", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("referrals_per_minute", Integer),
    Column("reads_per_minute", Integer),
    Column("jwks_url", Text),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("suspended_at", DateTime(timezone=True)),
    Column("suspended_for", Text),
    CheckConstraint("(suspended_at IS NULL) = (suspended_for IS NULL)", name="partner_suspended_for_a_reason"),
    comment="Partner systems as operators registered them, by their names at the issuer.",
)

partner_key = Table(
    "partner_key",
    metadata,
    Column("client_id", Text, ForeignKey("partner.client_id"), primary_key=True),
    Column("thumbprint", Text, primary_key=True),
    Column("jwk", JSONB, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True)),
    CheckConstraint(
        "NOT jwk ?| array['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']",
        name="partner_key_is_public",
    ),
    comment="Public keys of partner systems; believed until a time, or until further notice. Kept for ever.",
)

partner_limited = Table(
    "partner_limited",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    comment="How often each client was refused for asking too often; written by every process, about once a second.",
)

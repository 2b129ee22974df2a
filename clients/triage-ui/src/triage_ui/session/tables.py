"""The tables of sessions and of sign-ins under way."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()
_AT = DateTime(timezone=True)

session = Table(
    "session",
    metadata,
    Column("session_key", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("issuer_session", Text),
    Column("name", LargeBinary, nullable=False),
    Column("agency", Text, nullable=False),
    Column("partnership", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("places", JSONB, nullable=False, server_default=text("'[]'")),
    Column("tokens", LargeBinary),
    Column("tokens_end_at", _AT),
    Column("renewing_until", _AT),
    Column("began_at", _AT, nullable=False),
    Column("seen_at", _AT, nullable=False),
    Column("ended_at", _AT),
    Index("session_issuer_session", "issuer_session"),
    Index("session_seen", "seen_at"),
    comment="One row for each signed-in browser; session_key is a digest of its cookie.",
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("attempt_key", LargeBinary, primary_key=True),
    Column("state", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", LargeBinary, nullable=False),
    Column("return_to", Text, nullable=False),
    Column("began_at", _AT, nullable=False),
    comment="Sign-ins between the client and the issuer; each is used once, within minutes.",
)

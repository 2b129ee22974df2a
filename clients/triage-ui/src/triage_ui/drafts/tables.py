"""The table of drafts."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, Table, Text, Uuid, text

from triage_ui.session.tables import metadata

_AT = DateTime(timezone=True)

draft = Table(
    "draft",
    metadata,
    Column("form_key", Uuid, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("fields", LargeBinary),
    Column("seen_version", Text, nullable=False),
    Column("saved_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("sending_until", _AT),
    Column("done_at", _AT),
    Column("led_to", Text),
    Index("draft_open", "subject", "act", "about", unique=True, postgresql_where=text("done_at IS NULL")),
    Index("draft_expires", "expires_at"),
    comment="What somebody writes before it is sent; its key becomes the Idempotency-Key. Erased once done.",
)

"""Who is signed in, sign-ins under way, what people have begun to write, and what they want to see of the queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.delivery.schema import grant

revision = "0001"
down_revision = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("session_key", sa.LargeBinary, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("issuer_session", sa.Text),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("partnership", sa.Text, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("tokens", sa.LargeBinary),
        sa.Column("tokens_end_at", _AT),
        sa.Column("renewing_until", _AT),
        sa.Column("began_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("ended_at", _AT),
        comment="One row for each signed-in browser; session_key is a digest of its cookie.",
    )
    op.create_index("session_issuer_session", "session", ["issuer_session"])
    op.create_index("session_seen", "session", ["seen_at"])
    op.create_table(
        "sign_in",
        sa.Column("attempt_key", sa.LargeBinary, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("verifier", sa.LargeBinary, nullable=False),
        sa.Column("return_to", sa.Text, nullable=False),
        sa.Column("began_at", _AT, nullable=False),
        comment="Sign-ins between the client and the issuer; each is used once, within minutes.",
    )
    op.create_table(
        "draft",
        sa.Column("form_key", sa.Uuid, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("fields", sa.LargeBinary),
        sa.Column("seen_version", sa.Text, nullable=False),
        sa.Column("saved_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("sending_until", _AT),
        sa.Column("done_at", _AT),
        sa.Column("led_to", sa.Text),
        comment="What somebody writes before it is sent; its key becomes the Idempotency-Key. Erased once done.",
    )
    op.create_index(
        "draft_open", "draft", ["subject", "act", "about"], unique=True, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_index("draft_expires", "draft", ["expires_at"])
    op.create_table(
        "queue_filter",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("chosen_at", _AT, nullable=False),
        comment="What somebody chose to see of the queue, in codes, so that it is chosen again next time.",
    )
    for table in ("session", "sign_in", "draft", "queue_filter"):
        grant(op, table=table, rights="SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    for table in ("queue_filter", "draft", "sign_in", "session"):
        op.drop_table(table)

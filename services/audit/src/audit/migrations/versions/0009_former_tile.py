"""What went before may be a log of salted leaves too: one that was closed after a restored backup."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        "COMMENT ON TABLE former_tile IS 'The tree of the log that went before this one, as it was signed. "
        "Its leaves may be entries without a salt: for auditors only.'"
    )


def downgrade() -> None:
    op.execute(
        "COMMENT ON TABLE former_tile IS 'The tree of the log that went before this one. "
        "Its leaves were entries without a salt: for auditors only.'"
    )

"""Looks are found by partnership, so that what one reader looked at can be gone through."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """CREATE INDEX entry_look ON entry (partnership, leaf_index)
           WHERE split_part(type, '.', 1) IN ('record', 'access', 'break-glass')"""
    )


def downgrade() -> None:
    op.execute("DROP INDEX entry_look")

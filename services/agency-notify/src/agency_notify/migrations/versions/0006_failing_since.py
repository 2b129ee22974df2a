"""Since when every attempt at an endpoint has failed: how long an agency has not been reachable."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE endpoint ADD COLUMN failing_since timestamptz")
    # Of those that fail already nobody wrote it down; their last attempt says more than nothing.
    op.execute(
        """UPDATE endpoint e SET failing_since = coalesce(e.disabled_at, (
               SELECT min(a.started_at) FROM attempt a JOIN delivery d USING (delivery_id)
               WHERE d.endpoint_id = e.endpoint_id AND d.state = 'pending'), now())
           WHERE e.failures > 0 OR e.disabled_reason = 'gone'"""
    )


def downgrade() -> None:
    op.execute("ALTER TABLE endpoint DROP COLUMN failing_since")

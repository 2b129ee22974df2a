"""Tests of endpoints that operators asked for, and the way to an endpoint's last answers."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0007"
down_revision = "0006"

_COMMENT = "Test notices that operators asked for: one row for each, kept for ever. None is about a referral."


def upgrade() -> None:
    op.execute(
        """CREATE TABLE endpoint_test (
            test_id uuid PRIMARY KEY,
            endpoint_id uuid NOT NULL REFERENCES endpoint,
            asked_by text NOT NULL,
            asked_at timestamptz NOT NULL,
            started_at timestamptz,
            finished_at timestamptz,
            status integer,
            failure text
        )"""
    )
    op.execute("CREATE INDEX endpoint_test_asked ON endpoint_test (asked_at)")
    op.execute("CREATE INDEX endpoint_test_of_endpoint ON endpoint_test (endpoint_id, asked_at)")
    op.execute("CREATE INDEX endpoint_test_waiting ON endpoint_test (asked_at) WHERE started_at IS NULL")
    op.execute(f"COMMENT ON TABLE endpoint_test IS '{_COMMENT}'")
    grant(op, table="endpoint_test", rights="SELECT, INSERT, UPDATE")
    op.execute("CREATE INDEX delivery_finished ON delivery (endpoint_id, finished_at) WHERE finished_at IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX delivery_finished")
    op.execute("DROP TABLE endpoint_test")

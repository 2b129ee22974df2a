"""Cosignatures of witnesses, and how each of them answered last."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """CREATE TABLE cosignature (
        key text NOT NULL,
        size bigint NOT NULL REFERENCES checkpoint,
        cosigned_at timestamptz NOT NULL,
        line text NOT NULL,
        PRIMARY KEY (key, size, cosigned_at)
    )""",
    "CREATE INDEX cosignature_size ON cosignature (size)",
    """COMMENT ON TABLE cosignature IS
        'What witnesses signed of our checkpoints, each verified first. Never changed, never deleted.'""",
    """CREATE TABLE witness (
        key text PRIMARY KEY,
        size bigint NOT NULL,
        outcome text NOT NULL,
        asked_at timestamptz NOT NULL,
        failing_since timestamptz
    )""",
    """COMMENT ON TABLE witness IS
        'How each witness answered last, and the size that it said it knows. Says nothing that is proven.'""",
)

_RIGHTS = (("cosignature", "SELECT, INSERT"), ("witness", "SELECT, INSERT, UPDATE"))


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    for table, _ in _RIGHTS:
        op.execute(f"DROP TABLE {table}")

"""Every decision for a child, and by which version of its case each step and decision stands."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0007"
down_revision = "0006"

_UP = (
    "ALTER TABLE referral ADD COLUMN case_version integer",
    "ALTER TABLE child ADD COLUMN decision_version integer",
    """COMMENT ON TABLE child IS
        'The children of a referral, in the order of its document, each with its newest decision.'""",
    """CREATE TABLE child_decision (
        decision_id uuid PRIMARY KEY,
        child_id uuid NOT NULL REFERENCES child,
        version integer NOT NULL,
        outcome text NOT NULL,
        supersedes uuid,
        supersedes_reason text,
        earlier_accepted boolean NOT NULL DEFAULT false
    )""",
    "CREATE INDEX child_decision_of_child ON child_decision (child_id)",
    """COMMENT ON TABLE child_decision IS
        'Every decision for a child, by the version of its case: all but mistakes count for how long it is kept.'""",
)
_RIGHTS = (
    ("referral", "UPDATE (case_version)"),
    ("child", "UPDATE (decision_version)"),
    ("child_decision", "SELECT, INSERT, UPDATE"),
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    op.execute("DROP TABLE child_decision")
    op.execute("COMMENT ON TABLE child IS 'The children of a referral, in the order of its document.'")
    op.execute("ALTER TABLE child DROP COLUMN decision_version")
    op.execute("ALTER TABLE referral DROP COLUMN case_version")

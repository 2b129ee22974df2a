"""Events have no index of their random ids, which no statement uses and every event paid for twice."""

from alembic import op

from chassis.delivery.schema import downgrade_from_lean, upgrade_to_lean

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    upgrade_to_lean(op)


def downgrade() -> None:
    downgrade_from_lean(op)

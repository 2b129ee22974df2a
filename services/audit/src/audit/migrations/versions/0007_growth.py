"""Events are counted as they come, and parked messages that took effect end, so that full tables stay quick."""

from alembic import op

from chassis.delivery.schema import downgrade_from_growth, upgrade_to_growth

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    upgrade_to_growth(op)


def downgrade() -> None:
    downgrade_from_growth(op)

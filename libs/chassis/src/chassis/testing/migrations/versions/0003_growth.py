"""Events are counted as they come, and parked messages that took effect end."""

from alembic import op

from chassis.delivery.schema import downgrade_from_growth, upgrade_to_growth

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    upgrade_to_growth(op)


def downgrade() -> None:
    downgrade_from_growth(op)

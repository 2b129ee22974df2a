"""Delivery holds failing keys, keeps records whole, remembers halts and what it followed unread."""

from alembic import op

from chassis.delivery.schema import downgrade_from_failing, upgrade_to_failing

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    upgrade_to_failing(op)


def downgrade() -> None:
    downgrade_from_failing(op)

"""Which partners' systems are suspended, as referral-intake says."""

from alembic import op

from chassis.web.suspension import create_suspension_table, drop_suspension_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_suspension_table(op)


def downgrade() -> None:
    drop_suspension_table(op)

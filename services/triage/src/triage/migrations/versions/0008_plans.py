"""What a referral says of the plans of its children; null where it does not say, or was read before it was told."""

from alembic import op

from chassis.delivery.schema import grant, revoke

revision = "0008"
down_revision = "0007"

_RIGHTS = "UPDATE (plans)"


def upgrade() -> None:
    op.execute("ALTER TABLE child ADD COLUMN plans text[]")
    grant(op, table="child", rights=_RIGHTS)


def downgrade() -> None:
    revoke(op, table="child", rights=_RIGHTS)
    op.execute("ALTER TABLE child DROP COLUMN plans")

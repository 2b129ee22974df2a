"""Whether a child is born follows the editions of its referral."""

from alembic import op

from chassis.delivery.schema import grant, revoke

revision = "0006"
down_revision = "0005"

_RIGHTS = "UPDATE (unborn)"


def upgrade() -> None:
    grant(op, table="child", rights=_RIGHTS)


def downgrade() -> None:
    revoke(op, table="child", rights=_RIGHTS)

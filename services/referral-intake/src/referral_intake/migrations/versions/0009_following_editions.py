"""What was copied from a document when it came in follows its later editions."""

from alembic import op

from chassis.delivery.schema import grant, revoke

revision = "0009"
down_revision = "0008"

_RIGHTS = (
    ("referral", "UPDATE (immediate_danger, previous_referral_id)"),
    ("child", "UPDATE (unborn)"),
)


def upgrade() -> None:
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    for table, rights in _RIGHTS:
        revoke(op, table=table, rights=rights)

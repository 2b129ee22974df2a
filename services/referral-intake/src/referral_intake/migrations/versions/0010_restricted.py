"""Which referrals are restricted: their documents are for those who may read restricted ones."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("ALTER TABLE referral ADD COLUMN restricted boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE referral DROP COLUMN restricted")

"""Referrals that triage has not said that it has are found without reading all the others."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        """CREATE INDEX referral_without_case ON referral (received_at)
           WHERE looked_at IS NULL AND disposed_at IS NULL"""
    )


def downgrade() -> None:
    op.execute("DROP INDEX referral_without_case")

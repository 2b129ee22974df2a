"""An index for the clocks that run about one thing: an answer, a decision or a handover stops them."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("CREATE INDEX clock_about ON clock (about_id) WHERE stopped_at IS NULL")


def downgrade() -> None:
    op.execute("DROP INDEX clock_about")

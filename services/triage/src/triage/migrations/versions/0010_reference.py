"""A case is found by the reference that people read out."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute('CREATE INDEX case_reference ON "case" (reference)')


def downgrade() -> None:
    op.execute("DROP INDEX case_reference")

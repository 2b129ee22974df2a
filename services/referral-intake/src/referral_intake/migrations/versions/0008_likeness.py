"""What keeps likely repeats apart, and where in each document its missing items would stand."""

from alembic import op

revision = "0008"
down_revision = "0007"

_UP = (
    "ALTER TABLE repeat_mark ADD COLUMN place smallint NOT NULL DEFAULT 0",
    "ALTER TABLE repeat_mark ADD COLUMN numbers bytea[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE repeat_mark DROP CONSTRAINT repeat_mark_pkey",
    "ALTER TABLE repeat_mark ADD PRIMARY KEY (mark, received_at, referral_id, place)",
    "ALTER TABLE document ADD COLUMN missing jsonb",
)
_DOWN = (
    "ALTER TABLE document DROP COLUMN missing",
    "TRUNCATE repeat_mark",
    "ALTER TABLE repeat_mark DROP CONSTRAINT repeat_mark_pkey",
    "ALTER TABLE repeat_mark DROP COLUMN numbers",
    "ALTER TABLE repeat_mark DROP COLUMN place",
    "ALTER TABLE repeat_mark ADD PRIMARY KEY (mark, received_at, referral_id)",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)

"""Short-lived marks by which a likely repeat is recognised."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0003"
down_revision = "0002"

_UP = (
    "ALTER TABLE referral ADD COLUMN previous_referral_id uuid",
    "CREATE TABLE repeat_key (key bytea NOT NULL CONSTRAINT repeat_key_length CHECK (octet_length(key) = 32))",
    "INSERT INTO repeat_key SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())",
    "COMMENT ON TABLE repeat_key IS 'One random key, so that a mark means nothing outside this database.'",
    """CREATE TABLE repeat_mark (
        mark bytea NOT NULL,
        received_at timestamptz NOT NULL,
        referral_id uuid NOT NULL,
        PRIMARY KEY (mark, received_at, referral_id)
    )""",
    "CREATE INDEX repeat_mark_age ON repeat_mark (received_at)",
    """COMMENT ON TABLE repeat_mark IS
        'Digests by which another referral about the same child is recognised; kept for some days only.'""",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)
    grant(op, table="repeat_key", rights="SELECT")
    grant(op, table="repeat_mark", rights="SELECT, INSERT, DELETE")


def downgrade() -> None:
    op.execute("DROP TABLE repeat_mark")
    op.execute("DROP TABLE repeat_key")
    op.execute("ALTER TABLE referral DROP COLUMN previous_referral_id")

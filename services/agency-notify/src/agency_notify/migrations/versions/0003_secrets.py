"""Secrets are sealed at rest, and which partners' systems are suspended; what is stored plain the worker seals."""

from alembic import op

from chassis.web.suspension import create_suspension_table, drop_suspension_table

revision = "0003"
down_revision = "0002"

# A migration holds no key, so it makes room only.
_UP = (
    """ALTER TABLE endpoint
        ADD COLUMN sealed_secret bytea,
        ADD COLUMN secret_key_id text,
        ADD COLUMN sealed_previous bytea,
        ADD COLUMN previous_key_id text,
        ADD CONSTRAINT endpoint_secret_names_its_key CHECK ((sealed_secret IS NULL) = (secret_key_id IS NULL)),
        ADD CONSTRAINT endpoint_previous_names_its_key CHECK ((sealed_previous IS NULL) = (previous_key_id IS NULL))""",
    # What was plain stays in its page until the page is vacuumed. There are few endpoints, so the usual share of dead
    # rows would hardly ever be reached: any at all is reason enough.
    "ALTER TABLE endpoint SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)",
)
# Nothing can be opened on the way back: an endpoint with a secret is switched off until an operator sets it again.
_DOWN = (
    """UPDATE endpoint SET disabled_at = now(), disabled_reason = 'secret-lost'
       WHERE sealed_secret IS NOT NULL AND disabled_at IS NULL""",
    "ALTER TABLE endpoint RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
    """ALTER TABLE endpoint
        DROP COLUMN sealed_secret,
        DROP COLUMN secret_key_id,
        DROP COLUMN sealed_previous,
        DROP COLUMN previous_key_id""",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)
    create_suspension_table(op)


def downgrade() -> None:
    drop_suspension_table(op)
    for statement in _DOWN:
        op.execute(statement)

"""Delivery's tables and the log."""

from alembic import op

from chassis.delivery.schema import create_delivery_tables, drop_delivery_tables, grant

revision = "0001"
down_revision = None

_ENTRY_COLUMNS = """
    event_id uuid NOT NULL,
    subject text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    referral_id uuid NOT NULL,
    partnership text NOT NULL,
    occurred_at timestamptz NOT NULL,
    body bytea NOT NULL
"""

_STATEMENTS = (
    f"""CREATE TABLE pending (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        {_ENTRY_COLUMNS}
    ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)""",
    "COMMENT ON TABLE pending IS 'Events read from Kafka that have no place in the log yet.'",
    f"CREATE TABLE entry (leaf_index bigint PRIMARY KEY, {_ENTRY_COLUMNS})",
    "CREATE INDEX entry_event ON entry (event_id)",
    "CREATE INDEX entry_referral ON entry (referral_id, leaf_index)",
    """COMMENT ON TABLE entry IS
        'The log: body is the leaf, the other columns find it. Never changed, never deleted.'""",
    """CREATE TABLE tile (
        level smallint NOT NULL,
        tile_index bigint NOT NULL,
        hashes bytea NOT NULL,
        PRIMARY KEY (level, tile_index)
    )""",
    # Hashes do not compress, and the last tile of a level is rewritten with every batch.
    "ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL",
    "COMMENT ON TABLE tile IS 'The tree as tiles of up to 256 hashes; the last of a level grows to the right.'",
    """CREATE TABLE log (
        is_only boolean PRIMARY KEY DEFAULT true CONSTRAINT log_one_row CHECK (is_only),
        size bigint NOT NULL
    )""",
    """COMMENT ON TABLE log IS
        'One row: how many entries have a place in the tree. Locked by whoever adds to it.'""",
    "INSERT INTO log (size) VALUES (0)",
    "CREATE TABLE checkpoint (size bigint PRIMARY KEY, note text NOT NULL, signed_at timestamptz NOT NULL)",
    "COMMENT ON TABLE checkpoint IS 'Every checkpoint that was signed. Never changed, never deleted.'",
)

_RIGHTS = (
    ("pending", "SELECT, INSERT, DELETE"),
    ("entry", "SELECT, INSERT"),
    ("tile", "SELECT, INSERT, UPDATE (hashes)"),
    ("log", "SELECT, UPDATE (size)"),
    ("checkpoint", "SELECT, INSERT"),
)


def upgrade() -> None:
    create_delivery_tables(op)
    for statement in _STATEMENTS:
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    for table, _ in reversed(_RIGHTS):
        op.execute(f"DROP TABLE {table}")
    drop_delivery_tables(op)

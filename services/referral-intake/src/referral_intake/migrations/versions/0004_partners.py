"""Partner systems: who they are, what they may do, and whether they are suspended."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0004"
down_revision = "0003"

_UP = (
    """CREATE TABLE partner (
        client_id text PRIMARY KEY,
        partnership text NOT NULL,
        agency text NOT NULL,
        name text,
        source text NOT NULL,
        scopes text[] NOT NULL,
        referrals_per_minute integer,
        reads_per_minute integer,
        jwks_url text,
        registered_at timestamptz NOT NULL,
        suspended_at timestamptz,
        suspended_for text,
        CONSTRAINT partner_suspended_for_a_reason CHECK ((suspended_at IS NULL) = (suspended_for IS NULL))
    )""",
    "COMMENT ON TABLE partner IS 'Partner systems as operators registered them, by their names at the issuer.'",
    """CREATE TABLE partner_key (
        client_id text NOT NULL REFERENCES partner,
        thumbprint text NOT NULL,
        jwk jsonb NOT NULL,
        added_at timestamptz NOT NULL,
        until timestamptz,
        PRIMARY KEY (client_id, thumbprint),
        CONSTRAINT partner_key_is_public CHECK (NOT jwk ?| array['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
    )""",
    """COMMENT ON TABLE partner_key IS
        'Public keys of partner systems; believed until a time, or until further notice. Kept for ever.'""",
    """CREATE TABLE partner_limited (
        client_id text NOT NULL,
        scope text NOT NULL,
        partnership text NOT NULL,
        agency text NOT NULL,
        times bigint NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (client_id, scope)
    )""",
    """COMMENT ON TABLE partner_limited IS
        'How often each client was refused for asking too often; written by every process, about once a second.'""",
)
_RIGHTS = (
    (
        "partner",
        "SELECT, INSERT, "
        "UPDATE (name, source, scopes, referrals_per_minute, reads_per_minute, suspended_at, suspended_for)",
    ),
    ("partner_key", "SELECT, INSERT, UPDATE (until)"),  # a key that was believed once stays on record
    ("partner_limited", "SELECT, INSERT, UPDATE"),
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    for table in ("partner_limited", "partner_key", "partner"):
        op.execute(f"DROP TABLE {table}")

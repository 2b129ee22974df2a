"""Referrals, their children and documents, and the answers that idempotency keys were given."""

from alembic import op

from chassis.delivery.schema import create_delivery_tables, drop_delivery_tables, grant

revision = "0001"
down_revision = None

_TABLES = (
    """CREATE TABLE referral (
        referral_id uuid PRIMARY KEY,
        reference text NOT NULL,
        partnership text NOT NULL,
        agency text NOT NULL,
        received_at timestamptz NOT NULL,
        decision_expected_by timestamptz NOT NULL,
        immediate_danger boolean NOT NULL,
        content_commitment text NOT NULL,
        looked_at timestamptz,
        decided_at timestamptz,
        closed_at timestamptz
    ) WITH (fillfactor = 90)""",
    "CREATE UNIQUE INDEX referral_reference ON referral (reference)",
    "CREATE INDEX referral_of_agency ON referral (partnership, agency, received_at, referral_id)",
    "COMMENT ON TABLE referral IS 'One row per referral; nothing in it describes a person.'",
    """CREATE TABLE child (
        child_id uuid PRIMARY KEY,
        referral_id uuid NOT NULL REFERENCES referral,
        place smallint NOT NULL,
        unborn boolean NOT NULL
    )""",
    "CREATE UNIQUE INDEX child_of_referral ON child (referral_id, place)",
    "COMMENT ON TABLE child IS 'The children of a referral, in the order of its document.'",
    """CREATE TABLE document (
        referral_id uuid PRIMARY KEY REFERENCES referral,
        salt bytea NOT NULL CONSTRAINT document_salt_length CHECK (octet_length(salt) = 32),
        content bytea NOT NULL
    )""",
    """COMMENT ON TABLE document IS
        'The exact bytes of a referral, and the salt that its commitment was made with.'""",
    """CREATE TABLE idempotency (
        client_id text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        referral_id uuid NOT NULL,
        answer bytea NOT NULL,
        PRIMARY KEY (client_id, key)
    )""",
    "COMMENT ON TABLE idempotency IS 'The answer each key was given; sent again for the same request.'",
)
_RIGHTS = (
    ("referral", "SELECT, INSERT, UPDATE (looked_at, decided_at, closed_at)"),  # what came in is never rewritten
    ("child", "SELECT, INSERT"),
    ("document", "SELECT, INSERT"),
    ("idempotency", "SELECT, INSERT"),
)


def upgrade() -> None:
    create_delivery_tables(op)
    for statement in _TABLES:
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    for table in ("idempotency", "document", "child", "referral"):
        op.execute(f"DROP TABLE {table}")
    drop_delivery_tables(op)

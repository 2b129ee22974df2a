"""Delivery's tables, referrals, notices, endpoints, deliveries and their attempts."""

from alembic import op

from chassis.delivery.schema import create_delivery_tables, drop_delivery_tables, grant

revision = "0001"
down_revision = None

_TABLES = (
    """CREATE TABLE referral (
        referral_id uuid PRIMARY KEY,
        partnership text NOT NULL,
        reference text NOT NULL,
        agency text NOT NULL
    )""",
    "COMMENT ON TABLE referral IS 'What notices say of a referral: its reference, and who sent it.'",
    """CREATE TABLE endpoint (
        endpoint_id uuid PRIMARY KEY,
        partnership text NOT NULL,
        agency text NOT NULL,
        channel text NOT NULL,
        address text NOT NULL,
        signing text,
        secret text,
        previous_secret text,
        previous_until timestamptz,
        disabled_at timestamptz,
        disabled_reason text,
        failures integer NOT NULL DEFAULT 0,
        not_before timestamptz,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        CONSTRAINT endpoint_once UNIQUE (partnership, agency, channel)
    )""",
    """COMMENT ON TABLE endpoint IS
        'Where an agency is pushed to. Never deleted: attempts point at it.'""",
    """CREATE TABLE notice (
        notice_id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        caused_by uuid NOT NULL,
        partnership text NOT NULL,
        agency text NOT NULL,
        kind text NOT NULL,
        referral_id uuid NOT NULL,
        reference text NOT NULL,
        about_id uuid NOT NULL,
        urgent boolean NOT NULL,
        queued_at timestamptz NOT NULL,
        open_by timestamptz,
        about_url text,
        feedback text,
        roles text[] NOT NULL DEFAULT '{}',
        withheld text,
        opened_at timestamptz,
        opened_by text,
        acknowledged_at timestamptz,
        acknowledged_by text,
        escalated_at timestamptz,
        escalated_to text,
        traceparent text,
        CONSTRAINT notice_once UNIQUE (caused_by, agency)
    )""",
    "CREATE INDEX notice_inbox ON notice (partnership, agency, number)",
    """CREATE INDEX notice_unopened ON notice (open_by)
        WHERE opened_at IS NULL AND escalated_at IS NULL AND withheld IS NULL AND open_by IS NOT NULL""",
    "CREATE INDEX notice_escalated ON notice (partnership, escalated_to, number) WHERE escalated_at IS NOT NULL",
    "COMMENT ON TABLE notice IS 'One telling to one agency: the inbox. Withheld ones are kept, and not shown.'",
    """CREATE TABLE delivery (
        delivery_id uuid PRIMARY KEY,
        notice_id uuid NOT NULL REFERENCES notice,
        endpoint_id uuid NOT NULL REFERENCES endpoint,
        state text NOT NULL DEFAULT 'pending',
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL,
        lease uuid,
        leased_until timestamptz,
        finished_at timestamptz,
        CONSTRAINT delivery_once UNIQUE (notice_id, endpoint_id)
    ) WITH (fillfactor = 70)""",
    "CREATE INDEX delivery_due ON delivery (endpoint_id, next_attempt_at) WHERE state = 'pending'",
    "CREATE INDEX delivery_leased ON delivery (lease) WHERE lease IS NOT NULL",
    "COMMENT ON TABLE delivery IS 'The push of one notice to one endpoint, leased by whoever makes an attempt.'",
    """CREATE TABLE attempt (
        delivery_id uuid NOT NULL REFERENCES delivery,
        number integer NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        status integer,
        failure text,
        PRIMARY KEY (delivery_id, number)
    )""",
    """COMMENT ON TABLE attempt IS
        'Every attempt, written before it is made: one without an end was cut off.'""",
)

_RIGHTS = (
    ("referral", "SELECT, INSERT, UPDATE"),
    ("endpoint", "SELECT, INSERT, UPDATE"),
    ("notice", "SELECT, INSERT, UPDATE"),
    ("delivery", "SELECT, INSERT, UPDATE"),
    ("attempt", "SELECT, INSERT, UPDATE"),
)


def upgrade() -> None:
    create_delivery_tables(op)
    for statement in _TABLES:
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    for table in ("attempt", "delivery", "notice", "endpoint", "referral"):
        op.execute(f"DROP TABLE {table}")
    drop_delivery_tables(op)

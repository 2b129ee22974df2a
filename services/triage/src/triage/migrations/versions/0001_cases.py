"""Delivery's tables, cases with all that happens to them, clocks, and what agencies were told."""

from alembic import op

from chassis.delivery.schema import create_delivery_tables, drop_delivery_tables, grant

revision = "0001"
down_revision = None

_TABLES = (
    """CREATE TABLE "case" (
        case_id uuid PRIMARY KEY,
        referral_id uuid NOT NULL UNIQUE,
        partnership text NOT NULL,
        reference text NOT NULL,
        agency text NOT NULL,
        received_at timestamptz NOT NULL,
        opened_at timestamptz NOT NULL,
        suggested_rating text NOT NULL,
        suggestion_reasons text[] NOT NULL,
        concern_types text[] NOT NULL,
        missing_information text[] NOT NULL,
        immediate_danger boolean NOT NULL,
        previous_referral_id uuid,
        document_url text NOT NULL,
        policy_version text NOT NULL,
        rating text,
        decision_due_at timestamptz NOT NULL,
        closed_at timestamptz,
        closed_reason text,
        version integer NOT NULL,
        changed_version integer NOT NULL
    )""",
    'CREATE INDEX case_closed ON "case" (partnership, closed_at) WHERE closed_at IS NOT NULL',
    'CREATE INDEX case_open ON "case" (partnership, decision_due_at) WHERE closed_at IS NULL',
    """COMMENT ON TABLE "case" IS
        'What triage works on: one row for each referral. changed_version is the last event that was no alarm.'""",
    """CREATE TABLE child (
        child_id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES "case",
        place integer NOT NULL,
        unborn boolean NOT NULL
    )""",
    "CREATE INDEX child_case ON child (case_id, place)",
    """COMMENT ON TABLE child IS 'The children of a case, in the order of the referral.'""",
    """CREATE TABLE rating (
        case_id uuid NOT NULL REFERENCES "case",
        version integer NOT NULL,
        rating text NOT NULL,
        previous_rating text,
        rationale text,
        rated_by text NOT NULL,
        rated_at timestamptz NOT NULL,
        decision_due_at timestamptz NOT NULL,
        PRIMARY KEY (case_id, version)
    )""",
    """COMMENT ON TABLE rating IS 'Every rating a case has had, at the version of the case it made.'""",
    """CREATE TABLE information_request (
        request_id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES "case",
        agency text NOT NULL,
        lawful_basis text NOT NULL,
        child_ids uuid[] NOT NULL,
        question text NOT NULL,
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        policy_version text NOT NULL,
        answer text,
        content text,
        refusal_ground text,
        refusal_reason text,
        answered_by text,
        answered_at timestamptz
    )""",
    "CREATE INDEX information_request_agency ON information_request (agency, requested_at, request_id)",
    "CREATE INDEX information_request_case ON information_request (case_id)",
    """COMMENT ON TABLE information_request IS 'One question to one agency, and its answer.'""",
    """CREATE TABLE recommendation (
        recommendation_id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES "case",
        child_id uuid NOT NULL REFERENCES child,
        outcome text NOT NULL,
        level text NOT NULL,
        rationale text NOT NULL,
        recommended_by text NOT NULL,
        recommended_at timestamptz NOT NULL,
        settled text,
        settled_by text,
        settled_at timestamptz,
        settled_rationale text
    )""",
    "CREATE INDEX recommendation_case ON recommendation (case_id)",
    "CREATE UNIQUE INDEX recommendation_open ON recommendation (child_id) WHERE settled IS NULL",
    """COMMENT ON TABLE recommendation IS
        'What was recommended for a child, and what became of it. One is open at a time.'""",
    """CREATE TABLE decision (
        decision_id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES "case",
        child_id uuid NOT NULL UNIQUE REFERENCES child,
        recommendation_id uuid NOT NULL UNIQUE REFERENCES recommendation,
        outcome text NOT NULL,
        level text NOT NULL,
        team text,
        rationale text NOT NULL,
        authorised_by text NOT NULL,
        decided_at timestamptz NOT NULL,
        policy_version text NOT NULL
    )""",
    "CREATE INDEX decision_case ON decision (case_id)",
    """COMMENT ON TABLE decision IS 'One decision for each child, with the policy that shaped it.'""",
    """CREATE TABLE handover (
        handover_id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES "case",
        team text NOT NULL,
        child_ids uuid[] NOT NULL,
        summary text NOT NULL,
        offered_by text NOT NULL,
        offered_at timestamptz NOT NULL,
        accept_due_at timestamptz NOT NULL,
        policy_version text NOT NULL,
        accepted_by text,
        accepted_at timestamptz
    )""",
    "CREATE INDEX handover_case ON handover (case_id)",
    """COMMENT ON TABLE handover IS 'Children offered to a team; complete when the team accepts.'""",
    """CREATE TABLE clock (
        clock_id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES "case",
        about_id uuid NOT NULL,
        name text NOT NULL,
        started_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        stops text NOT NULL,
        policy_version text NOT NULL,
        stopped_at timestamptz
    )""",
    "CREATE INDEX clock_case ON clock (case_id)",
    """COMMENT ON TABLE clock IS
        'A step''s time limit as it runs for one case; about_id is the case, request or handover it times.'""",
    """CREATE TABLE alarm (
        clock_id uuid NOT NULL REFERENCES clock,
        share double precision NOT NULL,
        case_id uuid NOT NULL REFERENCES "case",
        at timestamptz NOT NULL,
        tell text[] NOT NULL,
        sounded_at timestamptz,
        cancelled_at timestamptz,
        PRIMARY KEY (clock_id, share)
    )""",
    "CREATE INDEX alarm_waiting ON alarm (at) WHERE sounded_at IS NULL AND cancelled_at IS NULL",
    """COMMENT ON TABLE alarm IS
        'Who is told at a share of a clock''s time; each sounds once, unless its clock stopped first.'""",
    """CREATE TABLE notice (
        notice_id uuid PRIMARY KEY,
        about_id uuid NOT NULL,
        queued_at timestamptz NOT NULL,
        delivered_at timestamptz,
        opened_at timestamptz
    )""",
    "CREATE INDEX notice_about ON notice (about_id)",
    """COMMENT ON TABLE notice IS
        'What the agencies were told about requests and handovers, and whether it arrived and was opened.'""",
)

_RIGHTS = (
    ("case", "SELECT, INSERT, UPDATE"),
    ("child", "SELECT, INSERT"),
    ("rating", "SELECT, INSERT"),
    ("information_request", "SELECT, INSERT, UPDATE"),
    ("recommendation", "SELECT, INSERT, UPDATE"),
    ("decision", "SELECT, INSERT"),
    ("handover", "SELECT, INSERT, UPDATE"),
    ("clock", "SELECT, INSERT, UPDATE"),
    ("alarm", "SELECT, INSERT, UPDATE"),
    ("notice", "SELECT, INSERT, UPDATE"),
)


def upgrade() -> None:
    create_delivery_tables(op)
    for statement in _TABLES:
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    for table, _ in reversed(_RIGHTS):
        op.execute(f'DROP TABLE "{table}"')
    drop_delivery_tables(op)

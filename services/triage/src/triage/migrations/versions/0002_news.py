"""Questions to the sender of a referral, and what it tells after it has sent it."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0002"
down_revision = "0001"

_UP = (
    'ALTER TABLE "case" ADD COLUMN reopened_at timestamptz',
    """CREATE TABLE question (
        question_id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES "case",
        agency text NOT NULL,
        question text NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        policy_version text NOT NULL,
        supplement_id uuid,
        answered_at timestamptz
    )""",
    "CREATE INDEX question_case ON question (case_id)",
    "CREATE INDEX question_open ON question (agency, asked_at, question_id) WHERE answered_at IS NULL",
    """COMMENT ON TABLE question IS
        'One question to the sender of a referral. Its answer is a supplement, kept with the referral.'""",
    """CREATE TABLE news (
        case_id uuid NOT NULL REFERENCES "case",
        edition integer NOT NULL,
        what text NOT NULL,
        told_at timestamptz NOT NULL,
        document_url text NOT NULL,
        child_ids uuid[] NOT NULL,
        immediate_danger boolean NOT NULL,
        answers uuid,
        supplement_id uuid,
        seen_by text,
        seen_at timestamptz,
        PRIMARY KEY (case_id, edition)
    )""",
    """COMMENT ON TABLE news IS
        'What the sender of a referral told later, in codes, by the edition of the document that holds its words.'""",
    """COMMENT ON TABLE clock IS
        'A step''s time limit as it runs for a case; about_id is the case, request, question or handover it times.'""",
    """COMMENT ON TABLE notice IS
        'What agencies were told about requests, questions and handovers; whether it arrived and was opened.'""",
)

_DOWN = (
    "DROP TABLE news",
    "DROP TABLE question",
    'ALTER TABLE "case" DROP COLUMN reopened_at',
    """COMMENT ON TABLE clock IS
        'A step''s time limit as it runs for one case; about_id is the case, request or handover it times.'""",
    """COMMENT ON TABLE notice IS
        'What the agencies were told about requests and handovers, and whether it arrived and was opened.'""",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)
    for table in ("question", "news"):
        grant(op, table=table, rights="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)

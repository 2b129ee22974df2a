"""Editions of a document, what senders added, questions to them, and each child's outcome."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0002"
down_revision = "0001"

_EDITIONS = (
    """ALTER TABLE document
        ADD COLUMN edition smallint NOT NULL DEFAULT 1 CONSTRAINT document_edition_from_one CHECK (edition >= 1)""",
    "ALTER TABLE document DROP CONSTRAINT document_pkey",
    "ALTER TABLE document ADD PRIMARY KEY (referral_id, edition)",
    """COMMENT ON TABLE document IS
        'The exact bytes of each edition of a referral, each with the salt that its commitment was made with.'""",
    """ALTER TABLE referral
        ADD COLUMN edition smallint NOT NULL DEFAULT 1,
        ADD COLUMN decision_due_at timestamptz""",
    """ALTER TABLE child
        ADD COLUMN outcome text,
        ADD COLUMN feedback text,
        ADD COLUMN decided_at timestamptz""",
)
_TABLES = (
    """CREATE TABLE question (
        question_id uuid PRIMARY KEY,
        referral_id uuid NOT NULL REFERENCES referral,
        asked_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        detail_url text NOT NULL,
        answered_at timestamptz,
        supplement_id uuid
    ) WITH (fillfactor = 90)""",
    "CREATE INDEX question_of_referral ON question (referral_id, asked_at)",
    "CREATE INDEX question_open ON question (referral_id) WHERE answered_at IS NULL",
    """COMMENT ON TABLE question IS
        'What senders were asked, and when they answered. Neither question nor answer is worded here.'""",
    """CREATE TABLE supplement (
        supplement_id uuid PRIMARY KEY,
        referral_id uuid NOT NULL REFERENCES referral,
        edition smallint NOT NULL CONSTRAINT supplement_edition_from_two CHECK (edition >= 2),
        kind text NOT NULL,
        immediate_danger boolean NOT NULL,
        received_at timestamptz NOT NULL,
        agency text NOT NULL,
        client_id text NOT NULL,
        question_id uuid REFERENCES question,
        content_commitment text NOT NULL
    )""",
    "CREATE UNIQUE INDEX supplement_edition ON supplement (referral_id, edition)",
    """COMMENT ON TABLE supplement IS
        'What senders added, by the edition of the document that it made. Its words are in the document alone.'""",
    """CREATE TABLE withdrawal (
        referral_id uuid PRIMARY KEY REFERENCES referral,
        edition smallint NOT NULL CONSTRAINT withdrawal_edition_from_two CHECK (edition >= 2),
        reason text NOT NULL,
        withdrawn_at timestamptz NOT NULL,
        agency text NOT NULL,
        client_id text NOT NULL,
        content_commitment text NOT NULL
    )""",
    """COMMENT ON TABLE withdrawal IS
        'Referrals that their senders took back; nothing of them is removed by it.'""",
    """CREATE TABLE milestone (
        referral_id uuid NOT NULL REFERENCES referral,
        step text NOT NULL,
        reached_at timestamptz NOT NULL,
        due_at timestamptz,
        PRIMARY KEY (referral_id, step, reached_at)
    )""",
    """COMMENT ON TABLE milestone IS
        'Every step of triage, each time it was reached: what the referral row says now, with what it said before.'""",
)
_RIGHTS = (
    ("referral", "UPDATE (edition, decision_due_at)"),
    ("child", "UPDATE (outcome, feedback, decided_at)"),
    ("question", "SELECT, INSERT, UPDATE (answered_at, supplement_id)"),
    ("supplement", "SELECT, INSERT"),
    ("withdrawal", "SELECT, INSERT"),
    ("milestone", "SELECT, INSERT"),
)


def upgrade() -> None:
    for statement in (*_EDITIONS, *_TABLES):
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)


def downgrade() -> None:
    """Fails, and changes nothing, once a referral has a second edition: going back would lose what somebody added."""
    op.execute("ALTER TABLE document DROP CONSTRAINT document_pkey")
    op.execute("ALTER TABLE document ADD PRIMARY KEY (referral_id)")
    op.execute("ALTER TABLE document DROP COLUMN edition")
    op.execute(
        "COMMENT ON TABLE document IS 'The exact bytes of a referral, and the salt that its commitment was made with.'"
    )
    for table in ("milestone", "withdrawal", "supplement", "question"):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE child DROP COLUMN outcome, DROP COLUMN feedback, DROP COLUMN decided_at")
    op.execute("ALTER TABLE referral DROP COLUMN edition, DROP COLUMN decision_due_at")

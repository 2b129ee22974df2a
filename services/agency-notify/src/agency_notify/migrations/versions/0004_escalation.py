"""Escalation as rows that climb a ladder, channels of roles, and what notices need to follow the newest decision."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0004"
down_revision = "0003"

_UP = (
    "ALTER TABLE referral ADD COLUMN rating text",
    "ALTER TABLE endpoint ADD COLUMN role text",
    "ALTER TABLE endpoint DROP CONSTRAINT endpoint_once",
    """ALTER TABLE endpoint ADD CONSTRAINT endpoint_once
        UNIQUE NULLS NOT DISTINCT (partnership, agency, role, channel)""",
    """COMMENT ON TABLE endpoint IS
        'Where an agency, or a role of it, is pushed to. Never deleted: attempts point at it.'""",
    """ALTER TABLE notice
        ADD COLUMN due_at timestamptz,
        ADD COLUMN step text,
        ADD COLUMN timed_id uuid,
        ADD COLUMN escalates uuid REFERENCES notice,
        ADD COLUMN late_since timestamptz,
        ADD COLUMN done_at timestamptz,
        ADD COLUMN superseded_by uuid REFERENCES notice""",
    "ALTER TABLE notice DROP CONSTRAINT notice_once",
    "ALTER TABLE notice ADD CONSTRAINT notice_once UNIQUE (caused_by, agency, kind)",
    "DROP INDEX notice_unopened",
    """CREATE INDEX notice_unopened ON notice (open_by)
        WHERE opened_at IS NULL AND late_since IS NULL AND done_at IS NULL AND withheld IS NULL
          AND superseded_by IS NULL AND escalates IS NULL AND open_by IS NOT NULL""",
    "DROP INDEX notice_escalated",
    "CREATE INDEX notice_escalates ON notice (escalates) WHERE escalates IS NOT NULL",
    "CREATE INDEX notice_referral ON notice (referral_id)",
    """CREATE INDEX notice_late ON notice (partnership, number)
        WHERE late_since IS NOT NULL AND opened_at IS NULL""",
    "COMMENT ON TABLE notice IS 'One notice to one agency: the inbox. Withheld ones are kept, and not shown.'",
    """CREATE TABLE escalation (
        notice_id uuid PRIMARY KEY REFERENCES notice,
        reason text NOT NULL,
        begun_at timestamptz NOT NULL,
        stage integer,
        role text,
        repeated integer NOT NULL DEFAULT 0,
        latest_id uuid REFERENCES notice,
        climb_at timestamptz,
        ended_at timestamptz,
        ended_because text,
        CONSTRAINT escalation_ends CHECK ((climb_at IS NULL) = (ended_at IS NOT NULL))
    ) WITH (fillfactor = 80)""",
    "CREATE INDEX escalation_due ON escalation (climb_at) WHERE climb_at IS NOT NULL",
    """COMMENT ON TABLE escalation IS
        'How far one notice has climbed: which stage was notified last, and when the next one is. Kept for ever.'""",
    """CREATE TABLE decision (
        child_id uuid PRIMARY KEY,
        referral_id uuid NOT NULL,
        decision_id uuid NOT NULL,
        decided_at timestamptz NOT NULL
    )""",
    "CREATE INDEX decision_referral ON decision (referral_id)",
    "COMMENT ON TABLE decision IS 'The newest decision of each child: what the sender of the referral hears.'",
    """CREATE TABLE accepted_handover (
        handover_id uuid PRIMARY KEY,
        referral_id uuid NOT NULL,
        team text NOT NULL
    )""",
    "CREATE INDEX accepted_handover_referral ON accepted_handover (referral_id)",
    "COMMENT ON TABLE accepted_handover IS 'Which teams have children of a referral, and hear of news about them.'",
    # What was escalated before, and nobody has opened since, was never sent to anybody: it climbs now.
    """WITH unsent AS (
        UPDATE notice SET late_since = now()
        WHERE escalated_at IS NOT NULL AND opened_at IS NULL AND withheld IS NULL RETURNING notice_id, open_by
    )
    INSERT INTO escalation (notice_id, reason, begun_at, climb_at)
    SELECT notice_id, CASE WHEN open_by <= now() THEN 'unopened' ELSE 'undelivered' END, now(), now() FROM unsent""",
)
_OF_NEW_KINDS = """SELECT notice_id FROM notice WHERE escalates IS NOT NULL OR kind IN (
    'information-answered', 'information-corrected', 'information-withdrawn', 'handover-returned',
    'handover-withdrawn', 'handover-superseded', 'accepted-case-news')"""
_GOING = f"""SELECT delivery_id FROM delivery WHERE notice_id IN ({_OF_NEW_KINDS})
    OR endpoint_id IN (SELECT endpoint_id FROM endpoint WHERE role IS NOT NULL)"""  # noqa: S608  # constants only

# What the version before cannot read goes; every event about it stays in the history.
_DOWN = (
    "DROP TABLE accepted_handover",
    "DROP TABLE decision",
    "DROP TABLE escalation",
    f"DELETE FROM attempt WHERE delivery_id IN ({_GOING})",  # noqa: S608
    f"DELETE FROM delivery WHERE delivery_id IN ({_GOING})",  # noqa: S608
    "UPDATE notice SET superseded_by = NULL",
    f"DELETE FROM notice WHERE notice_id IN ({_OF_NEW_KINDS})",  # noqa: S608
    "DELETE FROM endpoint WHERE role IS NOT NULL",
    "UPDATE notice SET withheld = 'not-safe-to-say' WHERE withheld = 'superseded'",
    "DROP INDEX notice_late",
    "DROP INDEX notice_referral",
    "DROP INDEX notice_escalates",
    """CREATE INDEX notice_escalated ON notice (partnership, escalated_to, number)
        WHERE escalated_at IS NOT NULL""",
    "DROP INDEX notice_unopened",
    """CREATE INDEX notice_unopened ON notice (open_by)
        WHERE opened_at IS NULL AND escalated_at IS NULL AND withheld IS NULL AND open_by IS NOT NULL""",
    "ALTER TABLE notice DROP CONSTRAINT notice_once",
    "ALTER TABLE notice ADD CONSTRAINT notice_once UNIQUE (caused_by, agency)",
    """ALTER TABLE notice DROP COLUMN due_at, DROP COLUMN step, DROP COLUMN timed_id, DROP COLUMN escalates,
        DROP COLUMN late_since, DROP COLUMN done_at, DROP COLUMN superseded_by""",
    "COMMENT ON TABLE notice IS 'One telling to one agency: the inbox. Withheld ones are kept, and not shown.'",
    "ALTER TABLE endpoint DROP CONSTRAINT endpoint_once",
    "ALTER TABLE endpoint ADD CONSTRAINT endpoint_once UNIQUE (partnership, agency, channel)",
    "ALTER TABLE endpoint DROP COLUMN role",
    "COMMENT ON TABLE endpoint IS 'Where an agency is pushed to. Never deleted: attempts point at it.'",
    "ALTER TABLE referral DROP COLUMN rating",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)
    for table in ("escalation", "decision", "accepted_handover"):
        grant(op, table=table, rights="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)

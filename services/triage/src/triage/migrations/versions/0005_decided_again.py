"""Decisions that supersede earlier ones, answers with their corrections, and handovers that come back."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0005"
down_revision = "0004"

_DECISIONS = (
    "ALTER TABLE recommendation ADD COLUMN supersedes uuid, ADD COLUMN supersedes_reason text",
    "ALTER TABLE decision ADD COLUMN version integer, ADD COLUMN supersedes uuid, ADD COLUMN supersedes_reason text",
    # The history knows at which version of its case each decision and each piece of news came.
    """UPDATE decision d SET version = e.version FROM event e
        WHERE e.aggregate = 'case/' || d.case_id AND e.headers ->> 'ce_type' = 'case.decided.v1'
          AND convert_from(e.data, 'UTF8')::jsonb ->> 'decision_id' = d.decision_id::text""",
    "UPDATE decision SET version = 1 WHERE version IS NULL",
    "ALTER TABLE decision ALTER COLUMN version SET NOT NULL",
    "ALTER TABLE decision DROP CONSTRAINT decision_child_id_key",
    "ALTER TABLE decision ADD CONSTRAINT decision_supersedes_key UNIQUE (supersedes)",
    "ALTER TABLE decision ADD CONSTRAINT decision_of_child UNIQUE (decision_id, child_id)",
    """ALTER TABLE decision ADD CONSTRAINT decision_supersedes_of_child
        FOREIGN KEY (supersedes, child_id) REFERENCES decision (decision_id, child_id)""",
    """ALTER TABLE decision ADD CONSTRAINT decision_supersedes_why
        CHECK ((supersedes IS NULL) = (supersedes_reason IS NULL))""",
    "CREATE UNIQUE INDEX decision_first ON decision (child_id) WHERE supersedes IS NULL",
    """COMMENT ON TABLE decision IS
        'The decisions for each child, each with the policy that shaped it: one chain, of which the last stands.'""",
)

_HANDOVERS = (
    """ALTER TABLE handover ADD COLUMN decision_ids uuid[], ADD COLUMN role text,
        ADD COLUMN returned_by text, ADD COLUMN returned_at timestamptz,
        ADD COLUMN return_reason text, ADD COLUMN return_note text,
        ADD COLUMN withdrawn_by text, ADD COLUMN withdrawn_at timestamptz, ADD COLUMN withdrawal_reason text""",
    """UPDATE handover h SET decision_ids =
        ARRAY(SELECT d.decision_id FROM decision d WHERE d.child_id = ANY (h.child_ids) ORDER BY d.decision_id)""",
    "ALTER TABLE handover ALTER COLUMN decision_ids SET NOT NULL",
    """ALTER TABLE handover ADD CONSTRAINT handover_ends_once
        CHECK (num_nonnulls(accepted_at, returned_at, withdrawn_at) <= 1)""",
    "COMMENT ON TABLE handover IS 'Decisions offered to a team with their children; complete when the team accepts.'",
)

_ANSWERS = (
    """CREATE TABLE information_answer (
        request_id uuid NOT NULL REFERENCES information_request,
        revision integer NOT NULL,
        statement text NOT NULL,
        answer text,
        content text,
        refusal_ground text,
        refusal_reason text,
        reason text,
        said_by text NOT NULL,
        said_at timestamptz NOT NULL,
        PRIMARY KEY (request_id, revision),
        CONSTRAINT information_answer_withdrawn CHECK ((statement = 'withdrawn') = (answer IS NULL))
    )""",
    """COMMENT ON TABLE information_answer IS
        'Everything an agency said to a request: its answer, corrections, withdrawals. The last one stands.'""",
    """INSERT INTO information_answer
        (request_id, revision, statement, answer, content, refusal_ground, refusal_reason, said_by, said_at)
        SELECT request_id, 1, 'answered', answer, content, refusal_ground, refusal_reason, answered_by, answered_at
        FROM information_request WHERE answer IS NOT NULL""",
    """ALTER TABLE information_request DROP COLUMN answer, DROP COLUMN content, DROP COLUMN refusal_ground,
        DROP COLUMN refusal_reason, DROP COLUMN answered_by, DROP COLUMN answered_at""",
    "COMMENT ON TABLE information_request IS 'One question to one agency.'",
)

_NEWS = (
    """ALTER TABLE news ADD COLUMN version integer, ADD COLUMN about uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN request_id uuid, ADD COLUMN revision integer, ADD COLUMN handover_id uuid""",
    "ALTER TABLE news ALTER COLUMN about DROP DEFAULT",
    """UPDATE news n SET version = e.version FROM event e
        WHERE e.aggregate = 'case/' || n.case_id AND e.headers ->> 'ce_type' = 'case.informed.v1'
          AND (convert_from(e.data, 'UTF8')::jsonb ->> 'edition')::integer = n.edition""",
    "UPDATE news SET version = -edition WHERE version IS NULL",
    "ALTER TABLE news DROP CONSTRAINT news_pkey",
    "ALTER TABLE news ADD CONSTRAINT news_pkey PRIMARY KEY (case_id, version)",
    "ALTER TABLE news ALTER COLUMN edition DROP NOT NULL, ALTER COLUMN document_url DROP NOT NULL",
    "CREATE UNIQUE INDEX news_edition ON news (case_id, edition)",
    """COMMENT ON TABLE news IS
        'What is new in a case, in codes, at the version of the case it made; the words are where it points.'""",
)

_DOWN = (
    "DELETE FROM news WHERE edition IS NULL",
    "DROP INDEX news_edition",
    "ALTER TABLE news DROP CONSTRAINT news_pkey",
    "ALTER TABLE news ALTER COLUMN edition SET NOT NULL, ALTER COLUMN document_url SET NOT NULL",
    "ALTER TABLE news ADD CONSTRAINT news_pkey PRIMARY KEY (case_id, edition)",
    """ALTER TABLE news DROP COLUMN version, DROP COLUMN about, DROP COLUMN request_id, DROP COLUMN revision,
        DROP COLUMN handover_id""",
    """COMMENT ON TABLE news IS
        'What the sender of a referral told later, in codes, by the edition of the document that holds its words.'""",
    """ALTER TABLE information_request ADD COLUMN answer text, ADD COLUMN content text, ADD COLUMN refusal_ground text,
        ADD COLUMN refusal_reason text, ADD COLUMN answered_by text, ADD COLUMN answered_at timestamptz""",
    """UPDATE information_request r SET answer = a.answer, content = a.content, refusal_ground = a.refusal_ground,
        refusal_reason = a.refusal_reason, answered_by = a.said_by, answered_at = a.said_at
        FROM information_answer a WHERE a.request_id = r.request_id
          AND a.revision = (SELECT max(l.revision) FROM information_answer l WHERE l.request_id = r.request_id)
          AND a.answer IS NOT NULL""",
    "DROP TABLE information_answer",
    "COMMENT ON TABLE information_request IS 'One question to one agency, and its answer.'",
    "DELETE FROM handover WHERE returned_at IS NOT NULL OR withdrawn_at IS NOT NULL",
    "ALTER TABLE handover DROP CONSTRAINT handover_ends_once",
    """ALTER TABLE handover DROP COLUMN decision_ids, DROP COLUMN role, DROP COLUMN returned_by,
        DROP COLUMN returned_at, DROP COLUMN return_reason, DROP COLUMN return_note, DROP COLUMN withdrawn_by,
        DROP COLUMN withdrawn_at, DROP COLUMN withdrawal_reason""",
    "COMMENT ON TABLE handover IS 'Children offered to a team; complete when the team accepts.'",
    "DROP INDEX decision_first",
    "ALTER TABLE decision DROP CONSTRAINT decision_supersedes_of_child",
    "DELETE FROM decision d WHERE EXISTS (SELECT FROM decision later WHERE later.supersedes = d.decision_id)",
    """ALTER TABLE decision DROP CONSTRAINT decision_supersedes_key, DROP CONSTRAINT decision_of_child,
        DROP CONSTRAINT decision_supersedes_why""",
    "ALTER TABLE decision DROP COLUMN version, DROP COLUMN supersedes, DROP COLUMN supersedes_reason",
    "ALTER TABLE decision ADD CONSTRAINT decision_child_id_key UNIQUE (child_id)",
    "COMMENT ON TABLE decision IS 'One decision for each child, with the policy that shaped it.'",
    "ALTER TABLE recommendation DROP COLUMN supersedes, DROP COLUMN supersedes_reason",
)
"""The way back keeps what the earlier tables can hold: each child's newest decision, each request's newest answer."""


def upgrade() -> None:
    for statement in (*_DECISIONS, *_HANDOVERS, *_ANSWERS, *_NEWS):
        op.execute(statement)
    grant(op, table="information_answer", rights="SELECT, INSERT")


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)

"""The queue's line on each case, who has it, who looked at it last, and the answers that commands were given."""

from alembic import op

from chassis.delivery.schema import grant
from chassis.web.commands import create_command_table, drop_command_table

revision = "0007"
down_revision = "0006"

_COLUMNS = """ALTER TABLE "case"
    ADD COLUMN worker text, ADD COLUMN team text, ADD COLUMN assigned_by text, ADD COLUMN assigned_at timestamptz,
    ADD COLUMN assigned_version integer NOT NULL DEFAULT 0,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN waits_for text NOT NULL DEFAULT 'rating',
    ADD COLUMN children integer NOT NULL DEFAULT 0,
    ADD COLUMN undecided integer NOT NULL DEFAULT 0,
    ADD COLUMN deciding_again integer NOT NULL DEFAULT 0,
    ADD COLUMN stale integer NOT NULL DEFAULT 0,
    ADD COLUMN handovers_outstanding integer NOT NULL DEFAULT 0,
    ADD COLUMN requests_made integer NOT NULL DEFAULT 0,
    ADD COLUMN requests_outstanding integer NOT NULL DEFAULT 0,
    ADD COLUMN unanswered text[] NOT NULL DEFAULT '{}',
    ADD COLUMN questions_outstanding integer NOT NULL DEFAULT 0,
    ADD COLUMN unseen_news text[] NOT NULL DEFAULT '{}',
    ADD COLUMN unseen integer NOT NULL DEFAULT 0,
    ADD COLUMN unseen_danger boolean NOT NULL DEFAULT false,
    ADD COLUMN news_at timestamptz"""

# Without fresh statistics the planner may join the counts row by row, which takes hours for a million cases.
# Not of empty tables: the planner would believe that they stay so, and every check of a foreign key would read them
# whole until autovacuum comes round.
_ANALYSE = """DO $$ BEGIN
    IF EXISTS (SELECT FROM "case") THEN
        ANALYZE "case", child, decision, recommendation, handover, information_request, information_answer,
            question, news, clock;
    END IF;
END $$"""

_FILL = """
    WITH child_counts AS (
        SELECT k.case_id, count(*) AS children,
               count(*) FILTER (WHERE d.decision_id IS NULL) AS undecided,
               count(*) FILTER (WHERE d.decision_id IS NOT NULL AND o.child_id IS NOT NULL) AS deciding_again,
               count(o.child_id) AS recommended,
               count(*) FILTER (WHERE d.decision_id IS NOT NULL AND EXISTS (
                   SELECT FROM news l WHERE l.case_id = k.case_id AND l.version > d.version
                      AND l.what <> 'handover-returned' AND (l.about = '{}' OR k.child_id = ANY(l.about))
               )) AS stale,
               count(*) FILTER (WHERE d.team IS NOT NULL AND NOT EXISTS (
                   SELECT FROM handover l WHERE l.case_id = k.case_id AND d.decision_id = ANY(l.decision_ids)
                      AND l.returned_at IS NULL AND l.withdrawn_at IS NULL
               )) AS to_offer
        FROM child k
        LEFT JOIN decision d ON d.child_id = k.child_id AND NOT EXISTS (
            SELECT FROM decision later WHERE later.supersedes = d.decision_id
        )
        LEFT JOIN recommendation o ON o.child_id = k.child_id AND o.settled IS NULL
        GROUP BY k.case_id
    ), handover_counts AS (
        SELECT case_id, count(*) AS to_accept, min(accept_due_at) AS accept_due_at FROM handover
        WHERE num_nonnulls(accepted_at, returned_at, withdrawn_at) = 0 GROUP BY case_id
    ), request_counts AS (
        SELECT i.case_id, count(*) AS made, count(*) FILTER (WHERE a.request_id IS NULL) AS outstanding,
               coalesce(array_agg(DISTINCT i.agency ORDER BY i.agency) FILTER (WHERE a.request_id IS NULL), '{}')
                   AS unanswered
        FROM information_request i
        LEFT JOIN information_answer a ON a.request_id = i.request_id AND a.revision = 1
        GROUP BY i.case_id
    ), question_counts AS (
        SELECT case_id, count(*) AS outstanding FROM question WHERE answered_at IS NULL GROUP BY case_id
    ), news_counts AS (
        SELECT case_id, coalesce(array_agg(what ORDER BY version) FILTER (WHERE seen_at IS NULL), '{}') AS unseen,
               count(*) FILTER (WHERE seen_at IS NULL) AS number,
               coalesce(bool_or(immediate_danger) FILTER (WHERE seen_at IS NULL), false) AS danger,
               max(told_at) AS news_at
        FROM news GROUP BY case_id
    ), running AS (
        SELECT case_id, min(due_at) FILTER (WHERE name = 'decision') AS decision_due_at,
               min(due_at) FILTER (WHERE name = 'handover-offer') AS offer_due_at
        FROM clock WHERE stopped_at IS NULL GROUP BY case_id
    )
    UPDATE "case" c
    SET children = n.children, undecided = n.undecided, deciding_again = n.deciding_again, stale = n.stale,
        handovers_outstanding = n.to_offer + coalesce(h.to_accept, 0), requests_made = coalesce(r.made, 0),
        requests_outstanding = coalesce(r.outstanding, 0), unanswered = coalesce(r.unanswered, '{}'),
        questions_outstanding = coalesce(q.outstanding, 0), unseen_news = coalesce(w.unseen, '{}'),
        unseen = coalesce(w.number, 0), unseen_danger = coalesce(w.danger, false), news_at = w.news_at,
        due_at = CASE WHEN c.closed_at IS NOT NULL THEN NULL
                      WHEN n.undecided + n.deciding_again > 0 THEN c.decision_due_at
                      ELSE least(h.accept_due_at, t.decision_due_at, CASE WHEN n.to_offer > 0
                           THEN coalesce(t.offer_due_at, c.decision_due_at) END) END,
        waits_for = CASE WHEN c.closed_at IS NOT NULL THEN 'nothing'
                         WHEN n.undecided + n.deciding_again > 0 THEN
                             CASE WHEN n.undecided + n.deciding_again = n.recommended THEN 'authorisation'
                                  WHEN c.rating IS NULL THEN 'rating' ELSE 'recommendation' END
                         WHEN n.to_offer > 0 THEN 'offer'
                         WHEN coalesce(h.to_accept, 0) > 0 THEN 'acceptance' ELSE 'closing' END
    FROM child_counts n
    LEFT JOIN handover_counts h USING (case_id)
    LEFT JOIN request_counts r USING (case_id)
    LEFT JOIN question_counts q USING (case_id)
    LEFT JOIN news_counts w USING (case_id)
    LEFT JOIN running t USING (case_id)
    WHERE c.case_id = n.case_id
"""

_INDEXES = (
    """CREATE INDEX case_queue ON "case"
        (partnership, coalesce(due_at, 'infinity'::timestamptz), received_at, case_id)
        INCLUDE (rating, waits_for, worker, team, due_at, unseen) WHERE closed_at IS NULL""",
    "DROP INDEX case_open",
    "DROP INDEX case_closed",
    """CREATE INDEX case_closed ON "case" (partnership, closed_at, received_at, case_id)
        INCLUDE (rating, waits_for, worker, team, due_at, unseen) WHERE closed_at IS NOT NULL""",
    """COMMENT ON TABLE "case" IS
        'What triage works on: one row for each referral, with its line in the queue. changed_version is the last event about the children: no alarm, and not who has the case.'""",  # noqa: E501  # one sentence of SQL
)

_TABLES = (
    """CREATE TABLE last_look (
        case_id uuid NOT NULL REFERENCES "case",
        subject text NOT NULL,
        looked_at timestamptz NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (case_id, subject)
    )""",
    """COMMENT ON TABLE last_look IS
        'When each of triage''s staff last opened a case, and the version of it that was seen.'""",
    """CREATE TABLE worker (
        partnership text NOT NULL,
        subject text NOT NULL,
        team text NOT NULL,
        roles text[] NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (partnership, subject)
    )""",
    """COMMENT ON TABLE worker IS
        'Triage''s staff as the issuer last vouched for them: to whom a case can be assigned. No names.'""",
)

_DOWN = (
    "DROP TABLE worker",
    "DROP TABLE last_look",
    "DROP INDEX case_closed",
    "DROP INDEX case_queue",
    """CREATE INDEX case_open ON "case" (partnership, decision_due_at) WHERE closed_at IS NULL""",
    """CREATE INDEX case_closed ON "case" (partnership, closed_at) WHERE closed_at IS NOT NULL""",
    """ALTER TABLE "case" DROP COLUMN worker, DROP COLUMN team, DROP COLUMN assigned_by, DROP COLUMN assigned_at,
        DROP COLUMN assigned_version, DROP COLUMN due_at, DROP COLUMN waits_for, DROP COLUMN children,
        DROP COLUMN undecided, DROP COLUMN deciding_again, DROP COLUMN stale, DROP COLUMN handovers_outstanding,
        DROP COLUMN requests_made, DROP COLUMN requests_outstanding, DROP COLUMN unanswered,
        DROP COLUMN questions_outstanding, DROP COLUMN unseen_news, DROP COLUMN unseen,
        DROP COLUMN unseen_danger, DROP COLUMN news_at""",
    """COMMENT ON TABLE "case" IS
        'What triage works on: one row for each referral. changed_version is the last event that was no alarm.'""",
)
"""The way back loses who has and had which case, but for the events that say so."""


def upgrade() -> None:
    for statement in (_COLUMNS, _ANALYSE, _FILL, *_INDEXES, *_TABLES):
        op.execute(statement)
    grant(op, table="last_look", rights="SELECT, INSERT, UPDATE")
    grant(op, table="worker", rights="SELECT, INSERT, UPDATE")
    create_command_table(op)


def downgrade() -> None:
    drop_command_table(op)
    for statement in _DOWN:
        op.execute(statement)

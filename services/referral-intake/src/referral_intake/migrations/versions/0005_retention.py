"""Legal holds, disposal runs and their reviews, and the only way by which documents are destroyed."""

from alembic import op

from chassis.delivery.schema import grant

revision = "0005"
down_revision = "0004"

_TABLES = (
    """ALTER TABLE referral
        ADD COLUMN keep_until timestamptz,
        ADD COLUMN disposed_at timestamptz""",
    """CREATE INDEX referral_kept ON referral (partnership, closed_at, referral_id)
        WHERE closed_at IS NOT NULL AND disposed_at IS NULL""",
    """CREATE TABLE legal_hold (
        hold_id uuid PRIMARY KEY,
        partnership text NOT NULL,
        reason text NOT NULL,
        note text,
        placed_by text NOT NULL,
        placed_at timestamptz NOT NULL
    )""",
    "CREATE INDEX legal_hold_of_partnership ON legal_hold (partnership, placed_at, hold_id)",
    """COMMENT ON TABLE legal_hold IS
        'Orders that nothing may be destroyed. The note goes with the last referral that it was placed on.'""",
    """CREATE TABLE held_referral (
        hold_id uuid NOT NULL REFERENCES legal_hold,
        referral_id uuid NOT NULL REFERENCES referral,
        lifted_by text,
        lifted_at timestamptz,
        PRIMARY KEY (hold_id, referral_id)
    )""",
    "CREATE INDEX held_referral_of_referral ON held_referral (referral_id)",
    "COMMENT ON TABLE held_referral IS 'The referrals of each hold; a hold stands on one until it is lifted there.'",
    """CREATE TABLE disposal_run (
        run_id uuid PRIMARY KEY,
        partnership text NOT NULL,
        opened_by text NOT NULL,
        opened_at timestamptz NOT NULL,
        listed_closed_at timestamptz,
        listed_referral_id uuid,
        listed_at timestamptz
    )""",
    "CREATE INDEX disposal_run_of_partnership ON disposal_run (partnership, opened_at, run_id)",
    "CREATE INDEX disposal_run_unlisted ON disposal_run (opened_at) WHERE listed_at IS NULL",
    """COMMENT ON TABLE disposal_run IS
        'Reviews of what has been kept for its time; listed_… is how far the list has been made.'""",
    """CREATE TABLE disposal_item (
        place bigint GENERATED ALWAYS AS IDENTITY,
        run_id uuid NOT NULL REFERENCES disposal_run,
        referral_id uuid NOT NULL REFERENCES referral,
        record_class text NOT NULL,
        counted_from_kind text NOT NULL,
        counted_from date,
        kept_through date,
        undated boolean NOT NULL,
        policy_version text NOT NULL,
        approved_review bigint,
        approved_by text,
        approved_at timestamptz,
        settled_at timestamptz,
        settled_as text,
        PRIMARY KEY (run_id, referral_id)
    ) WITH (fillfactor = 80)""",
    "CREATE UNIQUE INDEX disposal_item_place ON disposal_item (run_id, place)",
    "CREATE UNIQUE INDEX disposal_item_open ON disposal_item (referral_id) WHERE settled_at IS NULL",
    """CREATE INDEX disposal_item_approved ON disposal_item (approved_at)
        WHERE settled_at IS NULL AND approved_at IS NOT NULL""",
    """COMMENT ON TABLE disposal_item IS
        'The referrals of a run. Dates that are counted from a birthday are not kept here: they would tell it.'""",
    """CREATE TABLE disposal_review (
        review_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        run_id uuid NOT NULL,
        referral_id uuid NOT NULL,
        edition smallint NOT NULL,
        decision text NOT NULL,
        keep_until timestamptz,
        reason text,
        reviewed_by text NOT NULL,
        reviewed_at timestamptz NOT NULL,
        FOREIGN KEY (run_id, referral_id) REFERENCES disposal_item
    )""",
    "CREATE INDEX disposal_review_of_item ON disposal_review (run_id, referral_id, review_id)",
    """COMMENT ON TABLE disposal_review IS
        'What people decided about a referral of a run; the last one stands. Reasons go with the documents.'""",
)
_RIGHTS = (
    ("referral", "UPDATE (keep_until)"),  # disposed_at is written by destroy_documents alone
    ("legal_hold", "SELECT, INSERT"),
    ("held_referral", "SELECT, INSERT, UPDATE (lifted_by, lifted_at)"),
    ("disposal_run", "SELECT, INSERT, UPDATE (listed_closed_at, listed_referral_id, listed_at)"),
    ("disposal_item", "SELECT, INSERT, UPDATE (approved_review, approved_by, approved_at, settled_at, settled_as)"),
    ("disposal_review", "SELECT, INSERT"),
)

# The second wall. The serving role may not delete documents; this function of the owner's does, for one referral, and
# only when the last review says so, somebody who reviewed none of it approved that review, nothing came since, and no
# hold stands. Its search path holds nothing that the caller could put something into.
_DESTROY = """
CREATE FUNCTION destroy_documents(doomed uuid, in_run uuid, at timestamptz) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    newest smallint;
    destroyed text[];
BEGIN
    SELECT r.edition INTO newest FROM public.referral r
    WHERE r.referral_id = doomed AND r.closed_at IS NOT NULL AND r.disposed_at IS NULL
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE insufficient_privilege USING MESSAGE = 'destroy_documents: not closed, or destroyed already';
    END IF;
    IF EXISTS (SELECT FROM public.held_referral h WHERE h.referral_id = doomed AND h.lifted_at IS NULL) THEN
        RAISE insufficient_privilege USING MESSAGE = 'destroy_documents: a legal hold stands';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.disposal_item i
        JOIN public.disposal_review v ON v.review_id = i.approved_review
        WHERE i.run_id = in_run AND i.referral_id = doomed AND i.settled_at IS NULL
          AND v.run_id = in_run AND v.referral_id = doomed AND v.decision = 'destroy' AND v.edition = newest
          AND v.review_id = (SELECT max(last.review_id) FROM public.disposal_review last
                             WHERE last.run_id = in_run AND last.referral_id = doomed)
          AND NOT EXISTS (SELECT FROM public.disposal_review own
                          WHERE own.run_id = in_run AND own.referral_id = doomed AND own.reviewed_by = i.approved_by)
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'destroy_documents: no review that stands was approved';
    END IF;
    WITH gone AS (DELETE FROM public.document d WHERE d.referral_id = doomed RETURNING d.edition, d.salt, d.content)
    SELECT array_agg(encode(sha256(gone.salt || gone.content), 'hex') ORDER BY gone.edition) INTO destroyed FROM gone;
    DELETE FROM public.idempotency i WHERE i.referral_id = doomed;
    DELETE FROM public.repeat_mark m WHERE m.referral_id = doomed;
    UPDATE public.disposal_review v SET reason = NULL WHERE v.referral_id = doomed AND v.reason IS NOT NULL;
    UPDATE public.referral r SET disposed_at = at WHERE r.referral_id = doomed;
    UPDATE public.legal_hold h SET note = NULL
    WHERE h.note IS NOT NULL
      AND EXISTS (SELECT FROM public.held_referral own WHERE own.hold_id = h.hold_id AND own.referral_id = doomed)
      AND NOT EXISTS (SELECT FROM public.held_referral other JOIN public.referral r USING (referral_id)
                      WHERE other.hold_id = h.hold_id AND r.disposed_at IS NULL);
    RETURN destroyed;
END
$$
"""
_SIGNATURE = "destroy_documents(uuid, uuid, timestamptz)"

# What was destroyed stays in its page until the page is vacuumed. Few rows of these tables ever go, so the usual share
# of dead rows would never be reached: any at all is reason enough.
_VACUUMED = ("document", "idempotency")
_AT_ONCE = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0"
_AS_USUAL = "autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold"


def upgrade() -> None:
    for statement in (*_TABLES, _DESTROY):
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)
    op.execute(f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f'GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO "{op.get_bind().engine.url.database}_app"')
    for table in _VACUUMED:
        op.execute(f"ALTER TABLE {table} SET ({_AT_ONCE}, toast.{_AT_ONCE.replace(', ', ', toast.')})")


def downgrade() -> None:
    """What was destroyed stays destroyed; that it was, stays in the event."""
    for table in _VACUUMED:
        op.execute(f"ALTER TABLE {table} RESET ({_AS_USUAL}, toast.{_AS_USUAL.replace(', ', ', toast.')})")
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    for table in ("disposal_review", "disposal_item", "disposal_run", "held_referral", "legal_hold"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX referral_kept")
    op.execute("ALTER TABLE referral DROP COLUMN keep_until, DROP COLUMN disposed_at")

"""How a service's database comes to have delivery's tables, and what its serving role may do with them.

A new database is made from ``tables``, which holds the only definition. One that an earlier edition made is brought
there by ``upgrade_…``: every step of those finds what it wants already there in a new database, so both end up equal.
"""

from typing import Any, Final, Protocol

from chassis.delivery.tables import TABLES, applied, event, parked

_RIGHTS: Final = (
    ("event", "SELECT, INSERT, UPDATE (published_at)"),  # history: nobody edits or deletes what was recorded
    ("position", "SELECT, INSERT, UPDATE"),
    ("applied", "SELECT, INSERT, UPDATE"),
    ("parked", "SELECT, INSERT, UPDATE, DELETE"),  # only what took effect, says a trigger
    ("halt", "SELECT, INSERT, UPDATE"),
    ("backfill", "SELECT, INSERT, UPDATE"),
    ("tally", "SELECT, INSERT, DELETE"),
)

_TO_FAILING: Final = (
    "ALTER TABLE applied ADD COLUMN IF NOT EXISTS unread integer[]",
    "ALTER TABLE parked ALTER COLUMN key DROP NOT NULL",
    "ALTER TABLE parked ALTER COLUMN data DROP NOT NULL",
    "ALTER TABLE parked ADD COLUMN IF NOT EXISTS raw_headers bytea",
    "ALTER TABLE parked ADD COLUMN IF NOT EXISTS place text",
    "ALTER TABLE parked ADD COLUMN IF NOT EXISTS next_try_at timestamptz",
    "DROP INDEX IF EXISTS parked_once, parked_key, parked_asked, parked_record, parked_due, parked_forgotten",
)
_FROM_FAILING: Final = (
    "DROP TABLE backfill",
    "DROP TABLE halt",
    "DROP INDEX parked_key, parked_record, parked_due",
    "UPDATE parked SET key = coalesce(key, ''), data = coalesce(data, '') WHERE key IS NULL OR data IS NULL",
    """ALTER TABLE parked ALTER COLUMN key SET NOT NULL, ALTER COLUMN data SET NOT NULL,
       DROP COLUMN raw_headers, DROP COLUMN place, DROP COLUMN next_try_at""",
    "ALTER TABLE applied DROP COLUMN unread",
    "CREATE UNIQUE INDEX parked_once ON parked (topic, partition, kafka_offset) WHERE settled_at IS NULL",
    "CREATE INDEX parked_key ON parked (key, id) WHERE settled_at IS NULL",
    "CREATE INDEX parked_asked ON parked (id) WHERE settled_at IS NULL AND asked IS NOT NULL",
    """COMMENT ON TABLE parked IS
       'Messages that could not take effect. While one is unsettled, its key is blocked. Kept for ever.'""",
    """COMMENT ON TABLE applied IS
       'The last version of each foreign aggregate that has taken effect here. Kept for ever.'""",
)


_TO_GROWTH: Final = (
    """CREATE OR REPLACE FUNCTION tally_recorded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO tally (what, name, events) SELECT 'recorded', topic, count(*) FROM new_rows GROUP BY topic;
           RETURN NULL;
       END $$""",
    """CREATE OR REPLACE FUNCTION tally_applied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO tally (what, name, events)
           SELECT 'applied', split_part(aggregate, '/', 1), sum(version) FROM new_rows GROUP BY 2;
           RETURN NULL;
       END $$""",
    """CREATE OR REPLACE FUNCTION tally_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO tally (what, name, events)
           SELECT 'applied', split_part(aggregate, '/', 1), sum(version)
           FROM (SELECT aggregate, version FROM new_rows UNION ALL SELECT aggregate, -version FROM old_rows) moved
           GROUP BY 2 HAVING sum(version) <> 0;
           RETURN NULL;
       END $$""",
    """CREATE OR REPLACE FUNCTION refuse_to_forget_parked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF OLD.settled_as IN ('applied', 'repeated') THEN RETURN OLD; END IF;
           RAISE EXCEPTION 'only parked messages that took effect are ever deleted' USING ERRCODE = '42501';
       END $$""",
    """CREATE OR REPLACE TRIGGER event_tally AFTER INSERT ON event REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION tally_recorded()""",
    """CREATE OR REPLACE TRIGGER applied_tally AFTER INSERT ON applied REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION tally_applied()""",
    """CREATE OR REPLACE TRIGGER applied_moved AFTER UPDATE ON applied
       REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tally_moved()""",
    """CREATE OR REPLACE TRIGGER parked_kept BEFORE DELETE ON parked
       FOR EACH ROW EXECUTE FUNCTION refuse_to_forget_parked()""",
    "CREATE INDEX IF NOT EXISTS parked_forgotten ON parked (settled_at) WHERE settled_as IN ('applied', 'repeated')",
    # The triggers are there, and their locks keep writers away until the commit: nothing is missed or counted twice.
    "DELETE FROM tally",
    "INSERT INTO tally (what, name, events) SELECT 'recorded', topic, count(*) FROM event GROUP BY topic",
    """INSERT INTO tally (what, name, events)
       SELECT 'applied', split_part(aggregate, '/', 1), sum(version) FROM applied GROUP BY 2""",
)
_FROM_GROWTH: Final = (
    "DROP INDEX IF EXISTS parked_forgotten",
    "DROP FUNCTION IF EXISTS tally_recorded, tally_applied, tally_moved, refuse_to_forget_parked CASCADE",
    "DROP TABLE IF EXISTS tally",
)
_FROM_LEAN: Final = (
    "ALTER TABLE event ADD CONSTRAINT event_event_id_key UNIQUE (event_id)",
    "COMMENT ON TABLE event IS 'History and outbox in one: rows without published_at are still to be sent.'",
)


class Operations(Protocol):
    """What is needed of ``alembic.op``."""

    def execute(self, sqltext: str) -> None: ...

    def get_bind(self) -> Any: ...

    def create_table_comment(self, table_name: str, comment: str | None) -> None: ...


def create_delivery_tables(op: Operations) -> None:
    """Create every table of delivery as it is now; run in a service's first migration."""
    _create_missing(op)
    upgrade_to_growth(op)


def drop_delivery_tables(op: Operations) -> None:
    """The way back from ``create_delivery_tables``, whichever later steps are undone already."""
    downgrade_from_growth(op)
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE IF EXISTS {table.name}")


def upgrade_to_failing(op: Operations) -> None:
    """Failing keys, whole records, halts, and versions followed unread: what the first edition's tables lack."""
    for statement in _TO_FAILING:
        op.execute(statement)
    for index in sorted(parked.indexes, key=lambda index: str(index.name)):
        index.create(op.get_bind())
    for table in (parked, applied):
        op.create_table_comment(table.name, table.comment)
    _create_missing(op)


def downgrade_from_failing(op: Operations) -> None:
    """The way back: whole headers, places and retry times are lost. Fails while two records share one offset."""
    for statement in _FROM_FAILING:
        op.execute(statement)


def upgrade_to_growth(op: Operations) -> None:
    """What keeps full tables as quick as empty ones: events that are counted as they come, parked ones that end.

    It counts both tables once, and nothing can be recorded or applied meanwhile: some seconds for ten million rows.
    """
    _create_missing(op)
    op.create_table_comment(parked.name, parked.comment)
    for statement in _TO_GROWTH:
        op.execute(statement)


def downgrade_from_growth(op: Operations) -> None:
    """The way back. What was forgotten of parked messages does not come back."""
    for statement in _FROM_GROWTH:
        op.execute(statement)
    revoke(op, table="parked", rights="DELETE")


def upgrade_to_lean(op: Operations) -> None:
    """Without the index of random event ids, which no statement uses: it was written when an event was recorded, and
    again when it was marked as sent, each time on a page that nothing else of its batch is on.
    """
    op.execute("ALTER TABLE event DROP CONSTRAINT IF EXISTS event_event_id_key")
    op.create_table_comment(event.name, event.comment)


def downgrade_from_lean(op: Operations) -> None:
    """The way back. It builds an index over all events, and nothing can be recorded meanwhile."""
    for statement in _FROM_LEAN:
        op.execute(statement)


def _create_missing(op: Operations) -> None:
    for table in TABLES:
        table.create(op.get_bind(), checkfirst=True)
    for name, rights in _RIGHTS:
        grant(op, table=name, rights=rights)


def grant(op: Operations, *, table: str, rights: str) -> None:
    """Give the serving role ``<database>_app`` rights on a table; it owns nothing."""
    role = op.get_bind().engine.url.database
    op.execute(f'GRANT {rights} ON "{table}" TO "{role}_app"')


def revoke(op: Operations, *, table: str, rights: str) -> None:
    """Take back what ``grant`` gave."""
    role = op.get_bind().engine.url.database
    op.execute(f'REVOKE {rights} ON "{table}" FROM "{role}_app"')

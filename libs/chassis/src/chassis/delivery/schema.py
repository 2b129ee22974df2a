"""How a service's database comes to have delivery's tables, and what its serving role may do with them.

A new database is made from ``tables``, which holds the only definition. One that an earlier edition made is brought
there by ``upgrade_…``: every step of those finds what it wants already there in a new database, so both end up equal.
"""

from typing import Any, Final, Protocol

from chassis.delivery.tables import TABLES, applied, parked

_RIGHTS: Final = (
    ("event", "SELECT, INSERT, UPDATE (published_at)"),  # history: nobody edits or deletes what was recorded
    ("position", "SELECT, INSERT, UPDATE"),
    ("applied", "SELECT, INSERT, UPDATE"),
    ("parked", "SELECT, INSERT, UPDATE"),
    ("halt", "SELECT, INSERT, UPDATE"),
    ("backfill", "SELECT, INSERT, UPDATE"),
)

_TO_FAILING: Final = (
    "ALTER TABLE applied ADD COLUMN IF NOT EXISTS unread integer[]",
    "ALTER TABLE parked ALTER COLUMN key DROP NOT NULL",
    "ALTER TABLE parked ALTER COLUMN data DROP NOT NULL",
    "ALTER TABLE parked ADD COLUMN IF NOT EXISTS raw_headers bytea",
    "ALTER TABLE parked ADD COLUMN IF NOT EXISTS place text",
    "ALTER TABLE parked ADD COLUMN IF NOT EXISTS next_try_at timestamptz",
    "DROP INDEX IF EXISTS parked_once, parked_key, parked_asked, parked_record, parked_due",
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


class Operations(Protocol):
    """What is needed of ``alembic.op``."""

    def execute(self, sqltext: str) -> None: ...

    def get_bind(self) -> Any: ...

    def create_table_comment(self, table_name: str, comment: str | None) -> None: ...


def create_delivery_tables(op: Operations) -> None:
    """Create every table of delivery as it is now; run in a service's first migration."""
    _create_missing(op)


def drop_delivery_tables(op: Operations) -> None:
    """The way back from ``create_delivery_tables``, whichever later steps are undone already."""
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

"""What a service's first migration runs to get delivery's tables and to let the serving role use them."""

from typing import Any, Final, Protocol

_DELIVERY_V1: Final = (
    """CREATE TABLE event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE,
        aggregate text NOT NULL,
        version integer NOT NULL,
        topic text NOT NULL,
        key bytea NOT NULL,
        headers jsonb NOT NULL,
        data bytea NOT NULL,
        recorded_at timestamptz NOT NULL,
        published_at timestamptz,
        CONSTRAINT event_aggregate_version UNIQUE (aggregate, version)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)""",
    "CREATE INDEX event_unpublished ON event (id) WHERE published_at IS NULL",
    """COMMENT ON TABLE event IS
        'History and outbox in one: rows without published_at are still to be sent.'""",
    """CREATE TABLE position (
        topic text NOT NULL,
        partition integer NOT NULL,
        next_offset bigint NOT NULL,
        PRIMARY KEY (topic, partition)
    ) WITH (fillfactor = 50)""",
    """COMMENT ON TABLE position IS
        'The offset to read next; the truth about how far this service has read.'""",
    """CREATE TABLE applied (
        aggregate text PRIMARY KEY,
        version integer NOT NULL
    ) WITH (fillfactor = 80)""",
    """COMMENT ON TABLE applied IS
        'The last version of each foreign aggregate that has taken effect here. Kept for ever.'""",
    """CREATE TABLE parked (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        partition integer NOT NULL,
        kafka_offset bigint NOT NULL,
        key bytea NOT NULL,
        aggregate text,
        version integer,
        headers jsonb NOT NULL,
        data bytea NOT NULL,
        error_class text NOT NULL,
        attempts smallint NOT NULL DEFAULT 1,
        parked_at timestamptz NOT NULL,
        asked text,
        asked_by text,
        asked_reason text,
        settled_at timestamptz,
        settled_as text
    )""",
    "CREATE UNIQUE INDEX parked_once ON parked (topic, partition, kafka_offset) WHERE settled_at IS NULL",
    "CREATE INDEX parked_key ON parked (key, id) WHERE settled_at IS NULL",
    "CREATE INDEX parked_asked ON parked (id) WHERE settled_at IS NULL AND asked IS NOT NULL",
    """COMMENT ON TABLE parked IS
        'Messages that could not take effect. While one is unsettled, its key is blocked. Kept for ever.'""",
)

_RIGHTS_V1: Final = (
    ("event", "SELECT, INSERT, UPDATE (published_at)"),  # history: nobody edits or deletes what was recorded
    ("position", "SELECT, INSERT, UPDATE"),
    ("applied", "SELECT, INSERT, UPDATE"),
    ("parked", "SELECT, INSERT, UPDATE"),
)


class Operations(Protocol):
    """What is needed of ``alembic.op``."""

    def execute(self, sqltext: str) -> None: ...

    def get_bind(self) -> Any: ...


def create_delivery_tables(op: Operations) -> None:
    """Create ``event``, ``position``, ``applied`` and ``parked``; run in a service's first migration."""
    for statement in _DELIVERY_V1:
        op.execute(statement)
    for table, rights in _RIGHTS_V1:
        grant(op, table=table, rights=rights)


def drop_delivery_tables(op: Operations) -> None:
    """The way back from ``create_delivery_tables``."""
    for table in ("parked", "applied", "position", "event"):
        op.execute(f"DROP TABLE {table}")


def grant(op: Operations, *, table: str, rights: str) -> None:
    """Give the serving role ``<database>_app`` rights on a table; it owns nothing."""
    role = op.get_bind().engine.url.database
    op.execute(f'GRANT {rights} ON "{table}" TO "{role}_app"')

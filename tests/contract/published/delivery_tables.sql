-- Delivery's tables as the first published edition made them. Databases in use began like this: never change it.
CREATE TABLE event (
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
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE INDEX event_unpublished ON event (id) WHERE published_at IS NULL;

COMMENT ON TABLE event IS
    'History and outbox in one: rows without published_at are still to be sent.';

CREATE TABLE position (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

COMMENT ON TABLE position IS
    'The offset to read next; the truth about how far this service has read.';

CREATE TABLE applied (
    aggregate text PRIMARY KEY,
    version integer NOT NULL
) WITH (fillfactor = 80);

COMMENT ON TABLE applied IS
    'The last version of each foreign aggregate that has taken effect here. Kept for ever.';

CREATE TABLE parked (
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
);

CREATE UNIQUE INDEX parked_once ON parked (topic, partition, kafka_offset) WHERE settled_at IS NULL;

CREATE INDEX parked_key ON parked (key, id) WHERE settled_at IS NULL;

CREATE INDEX parked_asked ON parked (id) WHERE settled_at IS NULL AND asked IS NOT NULL;

COMMENT ON TABLE parked IS
    'Messages that could not take effect. While one is unsettled, its key is blocked. Kept for ever.';

GRANT SELECT, INSERT, UPDATE (published_at) ON event TO app;
GRANT SELECT, INSERT, UPDATE ON position TO app;
GRANT SELECT, INSERT, UPDATE ON applied TO app;
GRANT SELECT, INSERT, UPDATE ON parked TO app;

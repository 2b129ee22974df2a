"""Leaves become salted commitments: the log so far is closed, and its entries begin another, each with a salt.

What was signed stays signed. The tree and checkpoints of the log so far move to ``former_…``, where auditors read
them; its entries wait again, in their order, behind one that names its last checkpoint, and the sequencer seals them as
it does all others. So the entry at place n of the former log gets place n + 1. Nothing is signed until
``FRONTDOOR_LOG_ORIGIN`` is another than the former log's: one origin has one tree.
"""

import rfc8785
from alembic import op
from sqlalchemy import text

from chassis.delivery.schema import grant

revision = "0004"
down_revision = "0003"

_FIELDS = "event_id, subject, version, type, referral_id, partnership, occurred_at, body"
_COLUMNS = """
    event_id uuid NOT NULL,
    subject text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    referral_id uuid NOT NULL,
    partnership text NOT NULL,
    occurred_at timestamptz NOT NULL,
    body bytea
"""
_PENDING = f"""CREATE TABLE pending (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        {_COLUMNS} NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)"""
_PENDING_COMMENT = "COMMENT ON TABLE pending IS 'Events read from Kafka that have no place in the log yet.'"
_TREE = (
    """CREATE TABLE tile (
        level smallint NOT NULL,
        tile_index bigint NOT NULL,
        hashes bytea NOT NULL,
        PRIMARY KEY (level, tile_index)
    )""",
    # Hashes do not compress, and the last tile of a level is rewritten with every batch.
    "ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL",
    "COMMENT ON TABLE tile IS 'The tree as tiles of up to 256 hashes; the last of a level grows to the right.'",
    "CREATE TABLE checkpoint (size bigint PRIMARY KEY, note text NOT NULL, signed_at timestamptz NOT NULL)",
    "COMMENT ON TABLE checkpoint IS 'Every checkpoint that was signed. Never changed, never deleted.'",
)

_CLOSE = (
    "ALTER TABLE tile RENAME TO former_tile",
    "ALTER INDEX tile_pkey RENAME TO former_tile_pkey",
    """COMMENT ON TABLE former_tile IS
        'The tree of the log that went before this one. Its leaves were entries without a salt: for auditors only.'""",
    "ALTER TABLE checkpoint RENAME TO former_checkpoint",
    "ALTER INDEX checkpoint_pkey RENAME TO former_checkpoint_pkey",
    "COMMENT ON TABLE former_checkpoint IS 'Every checkpoint of the log that went before this one.'",
    "ALTER TABLE entry RENAME TO former_entry",
    "ALTER INDEX entry_pkey RENAME TO former_entry_pkey",
    "ALTER INDEX entry_referral RENAME TO former_entry_referral",
    "ALTER TABLE pending RENAME TO former_pending",
    "ALTER INDEX pending_pkey RENAME TO former_pending_pkey",
    "ALTER SEQUENCE pending_id_seq RENAME TO former_pending_id_seq",
)
_OPEN = (
    _PENDING,
    _PENDING_COMMENT,
    f"""CREATE TABLE entry (
        leaf_index bigint PRIMARY KEY,
        {_COLUMNS},
        salt bytea CONSTRAINT entry_salt_length CHECK (octet_length(salt) = 32),
        leaf bytea NOT NULL CONSTRAINT entry_leaf_length CHECK (octet_length(leaf) = 33),
        CONSTRAINT entry_opening CHECK ((salt IS NULL) = (body IS NULL))
    )""",
    "CREATE INDEX entry_referral ON entry (referral_id, leaf_index)",
    "CREATE INDEX entry_export ON entry (partnership, leaf_index) WHERE type = 'record.exported.v1'",
    """COMMENT ON TABLE entry IS
        'The log: leaf is public; salt and body, which open it, are not. The rest finds it.'""",
    *_TREE,
    """CREATE TABLE destruction (
        destruction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        referral_id uuid NOT NULL,
        entries integer NOT NULL,
        order_named text NOT NULL,
        destroyed_at timestamptz NOT NULL
    )""",
    "COMMENT ON TABLE destruction IS 'What destroy_entries did, and on whose order.'",
    "UPDATE log SET size = 0",
    """COMMENT ON TABLE log IS
        'One row: how many entries have a place in the tree. Locked by the process that adds to it.'""",
)
_CONTINUED = text(
    f"""INSERT INTO pending ({_FIELDS})
        VALUES (CAST(:id AS uuid), 'log/audit', 1, 'log.continued.v1',
                '00000000-0000-0000-0000-000000000000', 'unknown', :now, :body)"""  # noqa: S608 - constants of this file
)
_CARRY_OVER = (
    f"INSERT INTO pending ({_FIELDS}) SELECT {_FIELDS} FROM former_entry ORDER BY leaf_index",  # noqa: S608
    f"INSERT INTO pending ({_FIELDS}) SELECT {_FIELDS} FROM former_pending ORDER BY id",  # noqa: S608
    "DROP TABLE former_entry",
    "DROP TABLE former_pending",
)

# The one way by which what opens a leaf is destroyed. The serving role may not run it, nor change an entry itself: the
# database's owner does, on an order that is named, and only where two people decided that the referral is destroyed and
# no hold stands. The certificate of that decision stays: by it the verifier knows that nothing was made away with.
_DESTROY = """
CREATE FUNCTION destroy_entries(doomed uuid, order_named text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    destroyed integer;
BEGIN
    IF length(trim(order_named)) < 5 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'destroy_entries: name the order';
    END IF;
    PERFORM FROM public.log FOR UPDATE;
    IF NOT EXISTS (
        SELECT FROM public.entry e
        WHERE e.referral_id = doomed AND e.type = 'referral.disposed.v1' AND e.body IS NOT NULL
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'destroy_entries: the log holds no certificate of destruction';
    END IF;
    IF EXISTS (
        SELECT FROM public.entry h WHERE h.referral_id = doomed AND h.type = 'referral.held.v1' AND NOT EXISTS (
            SELECT FROM public.entry r
            WHERE r.referral_id = doomed AND r.type = 'referral.released.v1' AND r.leaf_index > h.leaf_index
              AND convert_from(r.body, 'UTF8')::jsonb #>> '{data,hold_id}'
                = convert_from(h.body, 'UTF8')::jsonb #>> '{data,hold_id}')
          AND h.body IS NOT NULL
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'destroy_entries: a legal hold stands';
    END IF;
    UPDATE public.entry e SET salt = NULL, body = NULL
    WHERE e.referral_id = doomed AND e.body IS NOT NULL AND e.type <> 'referral.disposed.v1';
    GET DIAGNOSTICS destroyed = ROW_COUNT;
    INSERT INTO public.destruction (referral_id, entries, order_named, destroyed_at)
    VALUES (doomed, destroyed, order_named, now());
    RETURN destroyed;
END
$$
"""
_SIGNATURE = "destroy_entries(uuid, text)"

_RIGHTS = (
    ("pending", "SELECT, INSERT, DELETE"),
    ("entry", "SELECT, INSERT"),
    ("tile", "SELECT, INSERT, UPDATE (hashes)"),
    ("checkpoint", "SELECT, INSERT"),
    ("destruction", "SELECT"),
)
_FORMER = ("former_tile", "former_checkpoint")

_REFUSE_IF_DESTROYED = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM entry WHERE body IS NULL) THEN
        RAISE 'Entries were destroyed: a log whose leaves are entries cannot hold their places';
    END IF;
END $$
"""
_BACK = (
    "ALTER TABLE pending RENAME TO later_pending",
    "ALTER INDEX pending_pkey RENAME TO later_pending_pkey",
    "ALTER SEQUENCE pending_id_seq RENAME TO later_pending_id_seq",
    "ALTER TABLE entry RENAME TO later_entry",
    "ALTER INDEX entry_pkey RENAME TO later_entry_pkey",
    "ALTER INDEX entry_referral RENAME TO later_entry_referral",
    "DROP TABLE tile",
    "DROP TABLE checkpoint",
    "DROP TABLE destruction",
    "ALTER TABLE former_tile RENAME TO tile",
    "ALTER INDEX former_tile_pkey RENAME TO tile_pkey",
    _TREE[2],
    "ALTER TABLE former_checkpoint RENAME TO checkpoint",
    "ALTER INDEX former_checkpoint_pkey RENAME TO checkpoint_pkey",
    _TREE[4],
    _PENDING,
    _PENDING_COMMENT,
    f"CREATE TABLE entry (leaf_index bigint PRIMARY KEY, {_COLUMNS} NOT NULL)",
    "CREATE INDEX entry_event ON entry (event_id)",
    "CREATE INDEX entry_referral ON entry (referral_id, leaf_index)",
    """COMMENT ON TABLE entry IS
        'The log: body is the leaf, the other columns find it. Never changed, never deleted.'""",
    "UPDATE log SET size = coalesce((SELECT max(size) FROM checkpoint), 0)",
    """COMMENT ON TABLE log IS
        'One row: how many entries have a place in the tree. Locked by whoever adds to it.'""",
    # The former log's entries return to the places in which its tiles have them; all later ones wait.
    f"""INSERT INTO entry (leaf_index, {_FIELDS})
        SELECT row_number() OVER (ORDER BY leaf_index) - 1, {_FIELDS} FROM later_entry
        WHERE type <> 'log.continued.v1' ORDER BY leaf_index LIMIT (SELECT size FROM log)""",  # noqa: S608
    f"""INSERT INTO pending ({_FIELDS})
        SELECT {_FIELDS} FROM later_entry WHERE type <> 'log.continued.v1'
        ORDER BY leaf_index OFFSET (SELECT size FROM log)""",  # noqa: S608
    f"INSERT INTO pending ({_FIELDS}) SELECT {_FIELDS} FROM later_pending ORDER BY id",  # noqa: S608
    "DROP TABLE later_entry",
    "DROP TABLE later_pending",
)


def upgrade() -> None:
    for statement in (*_CLOSE, *_OPEN):
        op.execute(statement)
    _name_former_log()
    for statement in (*_CARRY_OVER, _DESTROY, f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC"):
        op.execute(statement)
    for table, rights in _RIGHTS:
        grant(op, table=table, rights=rights)
    for table in _FORMER:
        op.execute(f'REVOKE INSERT, UPDATE, DELETE ON {table} FROM "{op.get_bind().engine.url.database}_app"')


def downgrade() -> None:
    """Back to a log whose leaves are the entries themselves. Its origin MUST be one that signed nothing since.

    Where another log went before, that one goes on where it stood; otherwise all entries wait for a place.
    """
    op.execute(_REFUSE_IF_DESTROYED)
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    for statement in _BACK:
        op.execute(statement)
    for table, rights in _RIGHTS[:-1]:
        grant(op, table=table, rights=rights)


def _name_former_log() -> None:
    """The first entry of the new log: what the former one signed last. Nothing where it signed nothing."""
    last = text("SELECT note, gen_random_uuid() AS id, now() AS now FROM former_checkpoint ORDER BY size DESC LIMIT 1")
    row = op.get_bind().execute(last).one_or_none()
    if row is None:
        return
    entry = {
        "specversion": "1.0",
        "id": str(row.id),
        "source": "audit",
        "type": "log.continued.v1",
        "subject": "log/audit",
        "sequence": 1,
        "time": row.now.isoformat(),
        "partnership": "unknown",
        "correlationid": "00000000-0000-0000-0000-000000000000",
        "datacontenttype": "application/json",
        "data": {"checkpoint": row.note},
    }
    op.get_bind().execute(_CONTINUED, {"id": row.id, "now": row.now, "body": rfc8785.dumps(entry)})

"""Rows by the million are written first and their indexes built afterwards: half an hour becomes ten minutes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

RANDOM_FULL: Final = 70
"""Per cent of a page that random keys leave in use in the long run (Yao, "On random 2-3 trees", 1978: ln 2)."""
_RISING: Final = frozenset(
    {"entry_pkey", "entry_look", "entry_export", "event_pkey", "notice_inbox", "notice_number_key", "pending_pkey"}
)
"""Those whose keys rise, so that their pages are as full as a build leaves them."""
_SECONDS: Final = 7200

_PUT_OFF: Final = """
    UPDATE pg_index SET indisready = false, indisvalid = false
    FROM pg_class c JOIN pg_am a ON a.oid = c.relam
    WHERE c.oid = indexrelid AND a.amname = 'btree'
      AND indrelid IN (SELECT to_regclass(quote_ident(name)) FROM unnest($1::text[]) name)
    RETURNING c.relname
"""


@asynccontextmanager
async def built_afterwards(connection: asyncpg.Connection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Within the block the B-trees of these tables are not kept up, after it they are whole.

    They are as full as rows that come one by one leave them. The connection MUST be a superuser's, and the block's
    statements MUST NOT look for anything by these indexes.
    """
    await connection.execute("SET work_mem = '100MB'")  # tables without indexes are joined by hashes
    names = [row["relname"] for row in await connection.fetch(_PUT_OFF, tables)]
    yield
    await connection.execute("SET maintenance_work_mem = '400MB'")
    for name in names:
        full = 90 if name in _RISING else RANDOM_FULL
        await connection.execute(f'ALTER INDEX "{name}" SET (fillfactor = {full})')
        await connection.execute(f'REINDEX INDEX "{name}"', timeout=_SECONDS)
        await connection.execute(f'ALTER INDEX "{name}" RESET (fillfactor)')

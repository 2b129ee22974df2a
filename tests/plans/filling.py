"""A database as years of use leave it: every table filled from what the catalog says of its columns.

Nothing in it means anything. What counts is how many rows there are, how many of them share a value, and how few are
still waiting for something: that decides which plan is the right one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

ROWS: Final = 40_000
FEW: Final = 30
WAITING: Final = 100
"""One row in so many has nothing yet in a column that may be empty: it waits to be sent, closed, opened or settled."""

_TABLES: Final = """
    SELECT c.oid, c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
"""
_COLUMNS: Final = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS may_be_empty
    FROM pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> 'a'
    ORDER BY a.attnum
"""
_CHECKS: Final = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
    WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace
"""
_VALUES: Final = {
    "uuid": "md5('{name}' || n)::uuid",
    "uuid[]": "ARRAY[md5('{name}' || n)::uuid]",
    "timestamp with time zone": "now() - ({rows} - n) * interval '10 minutes'",
    "date": "current_date - (n % 3000)::integer",
    "boolean": "n % 50 = 0",
    "smallint": "1 + n % 3",
    "integer": "1 + n % 8",
    "bigint": "n",
    "double precision": "0.5 + n % 2",
    "bytea": "sha256(convert_to('{name}' || n, 'UTF8'))",
    "bytea[]": "ARRAY[sha256(convert_to('{name}' || n, 'UTF8'))]",
    "jsonb": "'{{}}'::jsonb",
    "text[]": "ARRAY['{name}-' || n % 10]",
    "integer[]": "ARRAY[1 + n % 8]",
}
_CODES: Final = "'{name}-' || n % 12"
_NAMES: Final = "'{name}-' || n"
PASSING: Final = frozenset({"lease", "leased_until"})
"""Columns that hold something only while it is under way."""
NAMING: Final = frozenset({"aggregate", "subject", "reference", "key", "client_id", "thumbprint", "note", "line"})
"""Text columns in which nearly every row has a value of its own; the others hold codes."""


@dataclass(frozen=True)
class Table:
    """A table of the catalog, and how many rows it got."""

    name: str
    rows: int

    @property
    def is_large(self) -> bool:
        """True for a table that grows with every year."""
        return self.rows > FEW


async def fill(connection: asyncpg.Connection, small: Iterable[str]) -> Sequence[Table]:
    """Fill every table of the database; those named in ``small`` get a few rows. Its own rules of content are dropped.

    The connection MUST be a superuser's. Statistics are up to date afterwards.
    """
    wanted = frozenset(small)
    for (drop,) in await connection.fetch(_CHECKS):
        await connection.execute(drop)
    for (name,) in await connection.fetch(f"SELECT relname FROM ({_TABLES}) t"):
        await connection.execute(f'TRUNCATE "{name}" CASCADE')
    filled = []
    for oid, name in await connection.fetch(_TABLES):
        rows = await _fill(connection, oid, name, FEW if name in wanted else ROWS)
        filled.append(Table(name, rows))
    await connection.execute("VACUUM ANALYZE")
    return filled


async def _fill(connection: asyncpg.Connection, oid: int, name: str, rows: int) -> int:
    columns = await connection.fetch(_COLUMNS, oid)
    names = ", ".join(f'"{column["name"]}"' for column in columns)
    values = ", ".join(_value(column["name"], column["type"], column["may_be_empty"], rows) for column in columns)
    await connection.execute(
        f'INSERT INTO "{name}" ({names}) SELECT {values} FROM generate_series(1, {rows}) n ON CONFLICT DO NOTHING'
    )
    return int(await connection.fetchval(f'SELECT count(*) FROM "{name}"'))


def _value(name: str, type_: str, may_be_empty: bool, rows: int) -> str:
    template = _VALUES.get(type_) or (_NAMES if name in NAMING else _CODES)
    value = template.format(name=name, rows=rows)
    if name in PASSING:
        return f"CASE WHEN n % {WAITING} = 0 THEN {value} END"
    return f"CASE WHEN n % {WAITING} = 0 THEN NULL ELSE {value} END" if may_be_empty else value

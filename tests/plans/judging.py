"""What PostgreSQL plans to do for a statement over large tables, and whether that grows with them."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from chassis.db import SERVER_SETTINGS

_INDEXES: Final = """
SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS table, i.indpred IS NOT NULL AS partial,
       pg_get_indexdef(i.indexrelid, 1, true) AS leading
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = current_schema()::regnamespace
"""
_BY_INDEX: Final = frozenset({"Index Scan", "Index Only Scan", "Bitmap Index Scan"})


@dataclass(frozen=True)
class Finding:
    """A statement that reads the whole of a large table, or of one of its indexes."""

    package: str
    table: str
    statement: str

    def __str__(self) -> str:
        return f"{self.package}: reads all of {self.table}:\n    {' '.join(self.statement.split())[:600]}"


@dataclass(frozen=True)
class Index:
    """An index of a table: whether it holds only some of its rows, and the first thing it is ordered by."""

    table: str
    partial: bool
    leading: str

    def is_walked(self, node: Mapping[str, Any], *, limited: bool) -> bool:
        """Whether a node of a plan visits every entry.

        PostgreSQL may look for a later column of an index alone: it then walks all of it, once for each thing sought.
        Without a condition a walk ends early only beneath a limit; a part of the rows is an index's own condition.
        """
        condition = node.get("Index Cond")
        if condition is None:
            return not (self.partial or limited)
        return re.search(rf"(?<![\w.]){re.escape(self.leading)}(?!\w)", condition) is None


async def judge(
    connection: asyncpg.Connection, package: str, statements: Collection[str], large: Collection[str]
) -> list[Finding]:
    """Every statement that reads a large table whole. Raises what PostgreSQL does not understand."""
    await connection.execute("SET plan_cache_mode = force_generic_plan")  # no value is known, so none is lucky
    await connection.execute(f"SET random_page_cost = {SERVER_SETTINGS['random_page_cost']}")
    indexes = await _indexes(connection)
    found = []
    for statement in sorted(statements):
        whole = set(read_whole(await _plan(connection, statement), indexes))
        found += [Finding(package, table, statement) for table in sorted(whole & set(large))]
    return found


async def _indexes(connection: asyncpg.Connection) -> Mapping[str, Index]:
    rows = await connection.fetch(_INDEXES)
    return {
        row["name"].strip('"'): Index(row["table"].strip('"'), row["partial"], row["leading"].strip('"'))
        for row in rows
    }


async def _plan(connection: asyncpg.Connection, statement: str) -> Mapping[str, Any]:
    try:
        await connection.execute(f"PREPARE planned AS {statement}")
    except asyncpg.PostgresError as error:
        error.add_note(statement)
        raise
    taken = await connection.fetchval(
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'planned'"
    )
    values = f"({', '.join(['NULL'] * taken)})" if taken else ""
    plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE planned{values}")
    await connection.execute("DEALLOCATE planned")
    return json.loads(plan)[0]["Plan"]  # type: ignore[no-any-return]


def read_whole(plan: Mapping[str, Any], indexes: Mapping[str, Index], *, limited: bool = False) -> Iterator[str]:
    """The tables of which a plan visits every row, or every entry of an index. ``limited``: it ends early."""
    kind = plan["Node Type"]
    limited = limited or kind == "Limit"
    if kind == "Seq Scan":
        yield plan["Relation Name"]
    if kind in _BY_INDEX:
        index = indexes[plan["Index Name"]]
        if index.is_walked(plan, limited=limited):
            yield index.table
    for child in plan.get("Plans", ()):
        yield from read_whole(child, indexes, limited=limited and kind != "Sort")

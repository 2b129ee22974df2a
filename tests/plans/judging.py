"""What PostgreSQL plans to do for a statement over large tables, and whether that grows with them."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg


@dataclass(frozen=True)
class Finding:
    """A statement that reads the whole of a large table."""

    package: str
    table: str
    statement: str

    def __str__(self) -> str:
        return f"{self.package}: reads all of {self.table}:\n    {' '.join(self.statement.split())[:600]}"


async def judge(
    connection: asyncpg.Connection, package: str, statements: Collection[str], large: Collection[str]
) -> list[Finding]:
    """Every statement that reads a large table whole. Raises what PostgreSQL does not understand."""
    await connection.execute("SET plan_cache_mode = force_generic_plan")  # no value is known, so none is lucky
    found = []
    for statement in sorted(statements):
        whole = {node["Relation Name"] for node in nodes(await _plan(connection, statement)) if reads_all(node)}
        found += [Finding(package, table, statement) for table in sorted(whole & set(large))]
    return found


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


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan's node and everything beneath it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def reads_all(node: Mapping[str, Any]) -> bool:
    """True for a node that visits each row of its table."""
    return bool(node["Node Type"] == "Seq Scan")

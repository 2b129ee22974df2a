"""Delivery's tables have one definition: a database that the first published edition made ends up as a new one does."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import MetaData

from chassis.delivery import schema, tables
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import postgres as postgres_server
from chassis.testing import revisions

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]
FIRST = Path(__file__).parent / "published" / "delivery_tables.sql"
PACKAGES = ("chassis.testing", "referral_intake", "triage", "agency_notify", "audit")
SERVICES = PACKAGES[1:]
NAMES = [table.name for table in tables.TABLES]

CATALOGUE = {
    "columns": """SELECT relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
                         pg_get_expr(adbin, adrelid)
                  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                  WHERE relname = ANY($1) AND relkind = 'r' AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE tablename = ANY($1) ORDER BY 1, 2",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(pg_constraint.oid)
                      FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
                      WHERE relname = ANY($1) ORDER BY 1, 2""",
    "tables": """SELECT relname, reloptions::text, obj_description(oid), relacl::text FROM pg_class
                 WHERE relname = ANY($1) AND relkind = 'r' ORDER BY 1""",
    "triggers": """SELECT tgname, pg_get_triggerdef(pg_trigger.oid), prosrc
                   FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
                   WHERE relname = ANY($1) AND NOT tgisinternal ORDER BY 1""",
}


def first_edition(op: Any) -> None:
    """What the first published edition did where today's makes the tables."""
    role = f'"{op.get_bind().engine.url.database}_app"'
    for statement in FIRST.read_text("utf-8").split(";\n"):
        if statement.strip():
            op.execute(statement.replace(" TO app", f" TO {role}"))


async def catalogue(urls: DatabaseUrls) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the database says of delivery's tables, its own name taken out."""
    connection = await asyncpg.connect(urls.owner_url)
    name = await connection.fetchval("SELECT current_database()")
    try:
        found = {what: await connection.fetch(query, NAMES) for what, query in CATALOGUE.items()}
    finally:
        await connection.close()
    return {
        what: [tuple(value.replace(name, "db") if isinstance(value, str) else value for value in row) for row in rows]
        for what, rows in found.items()
    }


async def from_the_first_edition(admin_url: str, package: str, monkeypatch: pytest.MonkeyPatch) -> DatabaseUrls:
    with monkeypatch.context() as patched:
        patched.setattr(schema, "create_delivery_tables", first_edition)
        return await postgres_server.migrated(admin_url, package)


@pytest.mark.parametrize("package", PACKAGES)
async def test_a_database_of_the_first_edition_ends_up_as_a_new_one(
    postgres: str, migrated_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    old = await from_the_first_edition(postgres, package, monkeypatch)
    new = await migrated_database(package)

    assert await catalogue(old) == await catalogue(new)


async def test_the_tables_are_what_their_definition_says(migrated_database: MakeDatabase) -> None:
    urls = await migrated_database("chassis.testing")

    found = await revisions.differences(urls.owner_url, tables.metadata)

    assert [one for one in found if one[0] != "remove_table" or one[1].name in NAMES] == []


@pytest.mark.parametrize("package", SERVICES)
async def test_a_service_of_the_first_edition_ends_up_with_what_it_says_it_has(
    postgres: str, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    urls = await from_the_first_edition(postgres, package, monkeypatch)
    metadata: MetaData = import_module(f"{package}.tables").metadata

    assert await revisions.differences(urls.owner_url, metadata) == []


@pytest.mark.parametrize("package", PACKAGES)
async def test_the_way_back_and_forth_ends_where_it_began(migrated_database: MakeDatabase, package: str) -> None:
    urls = await migrated_database(package)
    before = await catalogue(urls)

    await revisions.downgrade(urls.owner_url, package=package)
    await migrate.upgrade(urls.owner_url, package=package)

    assert await catalogue(urls) == before


async def test_one_step_back_is_the_first_edition_again(
    postgres: str, migrated_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    for later in ("upgrade_to_failing", "upgrade_to_growth", "upgrade_to_lean"):
        monkeypatch.setattr(schema, later, lambda _op: None)
    old = await from_the_first_edition(postgres, "chassis.testing", monkeypatch)
    monkeypatch.undo()
    new = await migrated_database("chassis.testing")

    await revisions.downgrade(new.owner_url, package="chassis.testing", to="0001")

    for what in ("indexes", "constraints", "tables"):
        assert (await catalogue(new))[what] == (await catalogue(old))[what]
    without_place = [(row[0], *row[2:]) for row in (await catalogue(new))["columns"]]
    assert without_place == [(row[0], *row[2:]) for row in (await catalogue(old))["columns"]]

"""The page of what is kept names every table that there is, under its own service, and no other."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
import pytest

from chassis.run.provision import DatabaseUrls
from local_stack.checkout import ROOT

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]
PAGE: Final = (ROOT / "docs" / "data.md").read_text("utf-8")
COMMON: Final = "In every service"
PACKAGES: Final = ("referral_intake", "triage", "agency_notify", "audit", "triage_ui")
ALEMBICS_OWN: Final = "alembic_version"


def named_under(heading: str) -> set[str]:
    """The tables in the first column of a section."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| ([^|]*) \|", section, flags=re.M)
    return {name for cell in first_cells for name in re.findall(r"`([a-z_]+)`", cell)}


async def tables_of(urls: DatabaseUrls) -> set[str]:
    connection = await asyncpg.connect(urls.owner_url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return {row["tablename"] for row in rows} - {ALEMBICS_OWN}


@pytest.mark.parametrize("package", PACKAGES)
async def test_every_table_is_on_the_page_and_the_page_names_no_other(
    migrated_database: MakeDatabase, package: str
) -> None:
    own = named_under(package.replace("_", "-"))

    there = await tables_of(await migrated_database(package))

    assert own <= there
    assert there <= own | named_under(COMMON)

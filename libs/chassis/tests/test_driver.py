"""What the driver asks by itself on a new connection: types of the server once, types of a database each time."""

import uuid
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from chassis.driver import Connection

IDS = [uuid.UUID(int=1), uuid.UUID(int=2)]
MOODS = "CREATE TYPE pg_temp.mood AS ENUM ({})"


async def asked(url: str, query: str, value: Any, *, before: str = "SELECT 1") -> Sequence[str]:
    """Every statement that a new connection sends to have a value returned to it."""
    connection: Connection = await asyncpg.connect(url, connection_class=Connection)
    sent: list[str] = []
    try:
        await connection.execute(before)
        with connection.query_logger(lambda record: sent.append(record.query)):
            assert await connection.fetchval(query, value) == value
    finally:
        await connection.close()
    return sent


@pytest.mark.parametrize("query", ["SELECT $1::uuid[]", "SELECT $1::uuid[] WHERE $1 IS NOT NULL"])
async def test_what_one_connection_was_told_of_the_servers_types_the_next_does_not_ask(
    postgres: str, query: str
) -> None:
    await asked(postgres, query, IDS)

    assert await asked(postgres, query, IDS) == [query]


async def test_types_of_one_database_are_asked_for_on_each_connection(postgres: str) -> None:
    query = "SELECT $1::pg_temp.mood[]"

    first = await asked(postgres, query, ["glad"], before=MOODS.format("'glad'"))
    second = await asked(postgres, query, ["sad"], before=MOODS.format("'sad', 'angry'"))

    assert len(second) == len(first) > 1

"""Many rows in one statement: they go to the database as one JSON document, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Table, TextClause, text


def insert_of(table: Table, columns: Sequence[str], *, unless_there: bool = False) -> TextClause:
    """An ``INSERT`` of what ``document`` makes, into these columns, in its order; the others have their defaults.

    JSON carries what several arrays of parameters cannot: columns that are arrays themselves. With ``unless_there`` a
    row that is there already is left as it is, and not counted.
    """
    return text(insert_sql(table, columns, unless_there=unless_there))


def insert_sql(
    table: Table, columns: Sequence[str], *, unless_there: bool = False, rows: str = "rows", returning: str = ""
) -> str:
    """The same as SQL, for a ``WITH`` beside others: its document is the parameter ``rows``, a ``json_of``."""
    name, listed = f'"{table.name}"', ", ".join(f'"{column}"' for column in columns)
    conflict = " ON CONFLICT DO NOTHING" if unless_there else ""
    returned = f" RETURNING {returning}" if returning else ""
    return f"""INSERT INTO {name} ({listed})
            SELECT {listed} FROM jsonb_populate_recordset(NULL::{name}, CAST(:{rows} AS jsonb)){conflict}{returned}"""  # noqa: S608


def update_of(table: Table, columns: Sequence[str], *, key: str) -> TextClause:
    """An ``UPDATE`` of the rows that ``document`` names by ``key``, in these columns; one that is not there is passed
    over.
    """
    name, changes = f'"{table.name}"', ", ".join(f'"{column}" = n."{column}"' for column in columns)
    return text(
        f"""UPDATE {name} SET {changes} FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb)) AS n
            WHERE {name}.{key} = n.{key}"""  # noqa: S608
    )


def document(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The parameter of both: each row by its columns; times, ids, codes and lists of them as they are."""
    return {"rows": json_of(rows)}


def json_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as one document."""
    return to_json(list(rows)).decode()

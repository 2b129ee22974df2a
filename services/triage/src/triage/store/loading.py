"""Loading what hangs on cases: for many of them, and from many tables, by one statement."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import ColumnElement, DateTime, Table, TextClause, Uuid, any_, literal, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from chassis.db import Transaction

T = TypeVar("T")

Record: TypeAlias = SimpleNamespace
"""A row of a part, by its columns."""


@dataclass(frozen=True)
class Part(Generic[T]):
    """Rows of one table that hang on a case, in the order of some columns, and what is made of each.

    ``through``: the table by which they hang on it, and the column of both, when they do not name the case themselves.
    """

    table: Table
    order: tuple[str, ...]
    make: Callable[[Record], T]
    through: tuple[Table, str] | None = None

    @property
    def sql(self) -> str:
        """A query of the rows of the case ``c.case_id``, as one JSON list."""
        rows, owner = f'"{self.table.name}" p', "p"
        if self.through is not None:
            table, column = self.through
            rows, owner = f'{rows} JOIN "{table.name}" o ON o.{column} = p.{column}', "o"
        order = ", ".join(f"p.{column}" for column in self.order)
        return f"SELECT json_agg(p ORDER BY {order}) FROM {rows} WHERE {owner}.case_id = c.case_id"  # noqa: S608

    def read(self, found: str | None) -> tuple[T, ...]:
        """What is made of the rows; no list is none."""
        decoders = _decoders(self.table)
        return tuple(self.make(_record(row, decoders)) for row in from_json(found or "[]"))


class Gathered:
    """What was loaded of each case, part by part."""

    def __init__(self, parts: Sequence[Part[Any]], rows: Mapping[UUID, Sequence[str | None]]) -> None:
        self._place = {part.table.name: place for place, part in enumerate(parts)}
        self._rows = rows

    def of(self, case_id: UUID, part: Part[T]) -> tuple[T, ...]:
        """One part of one case, in its order; a case without any has none of it."""
        return part.read(self._rows[case_id][self._place[part.table.name]])


class Gathering:
    """A statement that reads parts of cases, all as they are at one moment."""

    def __init__(self, *parts: Part[Any]) -> None:
        self._parts = parts
        self._statement = _statement(parts)

    async def load(self, tx: Transaction, case_ids: Collection[UUID]) -> Gathered:
        """The parts of each case."""
        rows = await tx.execute(self._statement, {"case_ids": list(case_ids)})
        return Gathered(self._parts, {row[0]: row[1:] for row in rows})


def one_of(column: ColumnElement[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a column is one of some ids: the same statement, however many there are."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def _statement(parts: Sequence[Part[Any]]) -> TextClause:
    lists = ", ".join(f"CAST(({part.sql}) AS text)" for part in parts)
    return text(f"SELECT c.case_id, {lists} FROM unnest(CAST(:case_ids AS uuid[])) AS c(case_id)")  # noqa: S608


def _ids(listed: Sequence[str]) -> list[UUID]:
    return [UUID(one) for one in listed]


def _decoder(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a column of a type is read from JSON; None: it is in it as it is in the row."""
    if isinstance(kind, Uuid):
        return UUID
    if isinstance(kind, DateTime):
        return datetime.fromisoformat
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, Uuid):
        return _ids
    return None


@cache
def _decoders(table: Table) -> Mapping[str, Callable[[Any], Any]]:
    named = {column.name: _decoder(column.type) for column in table.columns}
    return {name: decode for name, decode in named.items() if decode is not None}


def _record(row: dict[str, Any], decoders: Mapping[str, Callable[[Any], Any]]) -> Record:
    decoded = {name: decode(row[name]) for name, decode in decoders.items() if row[name] is not None}
    return Record(**row | decoded)

"""Loading what hangs on cases, for many of them at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.db import Transaction

T = TypeVar("T")


def one_of(column: ColumnElement[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a column is one of some ids: the same statement, however many there are."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


async def by_case(
    tx: Transaction, statement: Select[*tuple[Any, ...]], make: Callable[[Row[Any]], T]
) -> Mapping[UUID, tuple[T, ...]]:
    """What is made of each row, by ``case_id``, in the order of the statement; a case without any has none of it."""
    found = defaultdict[UUID, list[T]](list)
    for row in await tx.execute(statement):
        found[row.case_id].append(make(row))
    return defaultdict(tuple, {case_id: tuple(made) for case_id, made in found.items()})

"""Pages of lists: where the next one begins."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Query

from chassis.web.paging import Moment, read_moment, write_cursor
from triage.errors import BadCursor

__all__ = ["Cursor", "PageSize", "read_cursor", "read_place", "write_cursor"]

T = TypeVar("T")

Cursor = Annotated[str | None, Query(max_length=200, description="From `next` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=200)]


def read_place(cursor: str | None) -> Moment | None:
    """Where a page of a list in the order of time begins; None is its first. Raises ``BadCursor``."""
    return read_cursor(cursor, read_moment)


def read_cursor(cursor: str | None, read: Callable[[str], T]) -> T | None:
    """What ``read`` makes of a cursor, None without one. Raises ``BadCursor`` when it cannot."""
    try:
        return read(cursor) if cursor is not None else None
    except ValueError as error:
        raise BadCursor from error

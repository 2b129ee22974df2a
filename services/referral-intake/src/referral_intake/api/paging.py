"""Pages of lists in the order of time, newest first."""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from chassis.web.paging import Moment, read_moment, write_cursor
from referral_intake.errors import CursorInvalid

__all__ = ["NEWEST", "Cursor", "PageSize", "read_cursor", "write_cursor"]

Cursor = Annotated[str | None, Query(max_length=200, description="From ``next`` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=100, description="How many at most.")]

NEWEST: Final[Moment] = datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1)
"""Before everything, where the newest comes first."""


def read_cursor(cursor: str | None) -> Moment:
    """Where a page begins; at the newest without a cursor. Raises ``CursorInvalid``."""
    if cursor is None:
        return NEWEST
    try:
        return read_moment(cursor)
    except ValueError as error:
        raise CursorInvalid from error

"""Page marks: opaque to readers, checked when they come back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from referral_intake.errors import CursorInvalid

Cursor = Annotated[str | None, Query(max_length=200, description="From ``next`` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=100)]
Mark = tuple[datetime, UUID]

NEWEST: Final[Mark] = datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1)
"""Before everything, where the newest comes first."""


def write_cursor(at: datetime, id_: UUID) -> str:
    """The page mark after what happened to an id at a time."""
    return urlsafe_b64encode(f"{at.isoformat()} {id_}".encode()).decode()


def read_cursor(cursor: str | None) -> Mark:
    """Where a page begins; at the newest without a mark. Raises ``CursorInvalid``."""
    if cursor is None:
        return NEWEST
    try:
        at_text, _, id_text = urlsafe_b64decode(cursor).decode("ascii").partition(" ")
        at = datetime.fromisoformat(at_text)
        if at.tzinfo is None:
            raise CursorInvalid
        return at.astimezone(UTC), UUID(id_text)
    except (ValueError, OverflowError) as error:
        raise CursorInvalid from error

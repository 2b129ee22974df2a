"""Page marks: opaque to readers, checked when they come back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from triage.errors import BadCursor

Cursor = Annotated[str | None, Query(max_length=200, description="From `next` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=200)]


def write_cursor(*parts: object) -> str:
    """A page mark made of parts that hold no spaces."""
    return urlsafe_b64encode(" ".join(map(str, parts)).encode()).decode()


def read_cursor(cursor: str, *, parts: int) -> list[str]:
    """The parts of a page mark that we made. Raises ``BadCursor``."""
    try:
        found = urlsafe_b64decode(cursor).decode("ascii").split(" ")
    except ValueError as error:
        raise BadCursor from error
    if len(found) != parts:
        raise BadCursor
    return found


def read_instant(text: str) -> datetime:
    """An instant of a page mark. Raises ``BadCursor``."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCursor from error
    if at.tzinfo is None:
        raise BadCursor
    return at


def read_id(text: str) -> UUID:
    """An id of a page mark. Raises ``BadCursor``."""
    try:
        return UUID(text)
    except ValueError as error:
        raise BadCursor from error

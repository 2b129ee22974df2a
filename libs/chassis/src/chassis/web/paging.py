"""Cursors: where the next page begins, opaque to readers and checked when they come back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

Moment: TypeAlias = tuple[datetime, UUID]
"""What happened to an id at a time: the order of most lists."""


def write_cursor(*parts: object) -> str:
    """A cursor made of parts that hold no spaces."""
    return urlsafe_b64encode(" ".join(map(_written, parts)).encode()).decode()


def read_cursor(cursor: str, *, parts: int) -> list[str]:
    """The parts of a cursor that we made. Raises ``ValueError`` for anything else, as the others here do."""
    found = urlsafe_b64decode(cursor).decode("ascii").split(" ")
    if len(found) != parts:
        raise ValueError("a cursor of another list")
    return found


def read_instant(text: str) -> datetime:
    """An instant of a cursor, in UTC."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant without its offset")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("an instant before or after all time") from error


def read_moment(cursor: str) -> Moment:
    """The two parts of a cursor of a list in the order of time."""
    at, id_ = read_cursor(cursor, parts=2)
    return read_instant(at), UUID(id_)


def _written(part: object) -> str:
    return part.isoformat() if isinstance(part, datetime) else str(part)

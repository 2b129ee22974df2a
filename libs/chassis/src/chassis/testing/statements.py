"""How many statements a piece of work sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from chassis.db import Database


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """Every statement that goes through the engine of ``db`` while it lasts, in order."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)

"""Which statements the product executes, in this process, and on whose database."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

import asyncpg
import greenlet
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

PACKAGES: Final = ("referral_intake", "triage_ui", "triage", "agency_notify", "audit")
"""Longest first: a database of a test is named after the package that it was migrated for."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_ASIDE: Final = frozenset({"testing", "migrations", "migrate.py", "provision.py", "schema.py"})
"""Migrations read whole tables because they change them."""
_DRIVER: Final = ("_execute", "_executemany")
"""What every call of the driver that reads or writes goes through; its public methods are copied by its pool."""
_READS: Final = ("select", "with", "update", "delete", "insert")


@dataclass
class Heard:
    """Statements by the package whose database they were for. Those that tests wrote themselves are not among them."""

    statements: dict[str, set[str]] = field(default_factory=dict)
    _own: dict[str, Any] = field(default_factory=dict, init=False)

    def listen(self) -> None:
        """From now on every statement of this process is heard, of every engine and of the driver itself."""
        event.listen(Engine, "before_cursor_execute", self._hear)
        for name in _DRIVER:
            self._own[name] = getattr(asyncpg.Connection, name)
            setattr(asyncpg.Connection, name, self._overheard(self._own[name]))

    def stop(self) -> None:
        """Hear no more."""
        event.remove(Engine, "before_cursor_execute", self._hear)
        for name, own in self._own.items():
            setattr(asyncpg.Connection, name, own)

    def add(self, others: dict[str, list[str]]) -> None:
        """What another process heard."""
        for package, statements in others.items():
            self.statements.setdefault(package, set()).update(statements)

    def as_lists(self) -> dict[str, list[str]]:
        """To be sent to another process."""
        return {package: sorted(statements) for package, statements in self.statements.items()}

    def _overheard(self, own: Callable[..., Any]) -> Callable[..., Any]:
        def call(connection: Any, query: str, *args: Any, **options: Any) -> Any:
            self._note(connection._params.database, query)
            return own(connection, query, *args, **options)

        return call

    def _hear(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        self._note(connection.engine.url.database or "", statement)

    def _note(self, database: str, statement: str) -> None:
        package = _package_of(database)
        if package is None or not statement.lstrip(" \n(").lower().startswith(_READS):
            return
        known = self.statements.setdefault(package, set())
        if statement not in known and _is_the_products(sys._getframe(2)):
            known.add(statement)


def _package_of(database: str) -> str | None:
    return next((package for package in PACKAGES if database.startswith(package)), None)


def _is_the_products(frame: FrameType | None) -> bool:
    """True when the nearest code of this checkout that asked for the statement is a member's own, and no test's.

    An asynchronous engine runs in a greenlet of its own, whose caller stands still in the greenlet's parent.
    """
    here = greenlet.getcurrent()
    while frame is not None or here.parent is not None:
        if frame is None:
            here = here.parent
            frame = here.gr_frame
            continue
        whose = _is_the_products_file(frame.f_code.co_filename)
        if whose is not None:
            return whose
        frame = frame.f_back
    return False


@cache
def _is_the_products_file(name: str) -> bool | None:
    """None for a file that only passes on what another asks: a library's, or the transaction's own.

    Kept, because it is asked of every frame of every statement of a test.
    """
    path = Path(name)
    if not path.is_relative_to(_ROOT) or ".venv" in path.parts or "chassis/db.py" in path.as_posix():
        return None
    return "src" in path.parts and _ASIDE.isdisjoint(path.parts)

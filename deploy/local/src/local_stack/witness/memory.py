"""What a witness must never forget: the largest tree of each log that it has cosigned."""

import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

_TABLE: Final = """CREATE TABLE IF NOT EXISTS log (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, published TEXT
)"""
# Compared and set in one statement: what was checked against another size than this row's changes nothing.
_MOVE: Final = """INSERT INTO log (origin, size, root) VALUES (:origin, :size, :root)
    ON CONFLICT (origin) DO UPDATE SET size = :size, root = :root WHERE size = :old_size AND root = :old_root"""
_PUBLISH: Final = "UPDATE log SET published = :note WHERE origin = :origin AND size = :size"


class StateUnusable(Exception):
    """The file is no state of a witness, or another witness has it open: each would forget what the other signed."""


class Seen(NamedTuple):
    """Size and root of the last tree that was cosigned."""

    size: int
    root: bytes


class Memory:
    """One SQLite file that this process alone holds. What it was given is on the disk when a call returns."""

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
            for statement in ("PRAGMA locking_mode = EXCLUSIVE", "PRAGMA synchronous = FULL", _TABLE):
                self._db.execute(statement)
            self._db.executescript("BEGIN EXCLUSIVE; COMMIT")  # only now is the file locked, until it is closed
        except (OSError, sqlite3.DatabaseError) as error:
            raise StateUnusable from error

    def find(self, origin: str) -> Seen | None:
        """The last tree of this log; None when none was ever cosigned."""
        row = self._db.execute("SELECT size, root FROM log WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else Seen(*row)

    def move(self, origin: str, *, old: Seen, new: Seen) -> bool:
        """Remember ``new`` for good, if ``old`` is what is remembered now. False when it is not."""
        values = {"origin": origin, "size": new.size, "root": new.root, "old_size": old.size, "old_root": old.root}
        return self._db.execute(_MOVE, values).rowcount == 1

    def publish(self, origin: str, size: int, note: str) -> None:
        """Keep the cosigned note of the tree that is remembered, for anyone who monitors the log."""
        self._db.execute(_PUBLISH, {"origin": origin, "size": size, "note": note})

    def published(self, origin: str) -> str | None:
        """The last note that was cosigned."""
        row = self._db.execute("SELECT published FROM log WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        """Let another process have the file."""
        self._db.close()

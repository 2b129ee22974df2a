"""What is known of one stack: ``stack.json`` in its folder, and a lock that only a living runner holds."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from local_stack.children import Identity, end
from local_stack.errors import StackError
from local_stack.keys import write_private


class State:
    """One stack folder. The system drops the lock with its holder, so neither a crash nor a reboot leaves it held."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "stack.json"
        self._lock_file = folder / "lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one runner of this folder. Raises ``StackError`` when there is one already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock_file.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise StackError(f"a stack runs already in {self.folder}: end it with `make down`") from held
            self.clear()
            yield

    def is_held(self) -> bool:
        """Whether a runner lives."""
        if not self._lock_file.exists():
            return False
        with self._lock_file.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def find(self) -> dict[str, Any] | None:
        """What the last runner wrote, or None."""
        if not self.file.exists():
            return None
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    def write(self, content: Mapping[str, Any], processes: Mapping[str, Identity]) -> None:
        """Replace the file; it holds passwords, so only its owner may read it."""
        known = {name: asdict(identity) for name, identity in processes.items()}
        write_private(self.file, json.dumps({**content, "processes": known}, indent=2).encode() + b"\n")

    def processes(self) -> dict[str, Identity]:
        """The processes that the last runner wrote down and that still live."""
        found = self.find() or {}
        named = {name: Identity(**fields) for name, fields in found.get("processes", {}).items()}
        return {name: identity for name, identity in named.items() if identity.process() is not None}

    def clear(self) -> None:
        """End what an earlier runner left behind, and forget it. Never touches a process that is not ours."""
        for identity in self.processes().values():
            end(identity)
        self.file.unlink(missing_ok=True)


def own_identity() -> Identity:
    """This very process."""
    return Identity.of(os.getpid())

"""A file of JSON lines that is only ever added to."""

import json
import threading
from pathlib import Path
from typing import Any


class Journal:
    """What a sink was given; a line is written whole before the sink answers."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()  # two deliveries at once must not mix their lines

    def add(self, line: dict[str, Any]) -> None:
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def lines(self, **wanted: str) -> list[dict[str, Any]]:
        """All lines in order, or those whose fields have the ``wanted`` values."""
        if not self._path.exists():
            return []
        lines: list[dict[str, Any]] = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [line for line in lines if all(line.get(name) == value for name, value in wanted.items())]

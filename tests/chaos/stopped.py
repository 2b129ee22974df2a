"""Whether a service ended because of what it read: why each task ended is in the logs."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from aiokafka import errors

from tests.chaos.databases import say

ENDS: Final = frozenset({"task failed", "task ended", "process failed"})
_OF_A_RECORD: Final = (
    errors.CorruptRecordException,
    errors.InvalidMessageError,
    errors.MessageSizeTooLargeError,
    errors.RecordTooLargeError,
    errors.RecordListTooLargeError,
    errors.UnsupportedCodecError,
    errors.UnsupportedForMessageFormatError,
)
_OF_KAFKA: Final = {error.__name__ for error in vars(errors).values() if isinstance(error, type)}
AWAY: Final = frozenset(_OF_KAFKA - {error.__name__ for error in _OF_A_RECORD}) | {
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DatabaseUnavailable",
    "InterfaceError",
    "KafkaSilent",
    "OperationalError",
    "Silent",
}
"""What ends a task while Kafka or PostgreSQL is away, was killed, or is woken after a pause."""


class Logs:
    """What the services' processes wrote since now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begins = {log: log.stat().st_size for log in folder.glob("*.log")}

    def ends(self) -> dict[str, int]:
        """How often each task ended, by process, task and error, whatever the error."""
        return dict(sorted(Counter(f"{name}: {error}" for name, error in self._ends()).items()))

    def ended_by_what_they_read(self) -> list[str]:
        """Tasks that ended for another reason than that a part was away."""
        ends = Counter(f"{name}: {error}" for name, error in self._ends() if error not in AWAY)
        return [f"a service stopped: {times} times {end}" for end, times in sorted(ends.items())]

    def _ends(self) -> Iterator[tuple[str, str]]:
        for log in sorted(self._folder.glob("*.log")):
            with log.open("rb") as lines:
                lines.seek(self._begins.get(log, 0))
                for entry in map(_entry, lines):
                    if entry.get("event") in ENDS:
                        yield f"{log.stem} {entry.get('task', '')}", str(entry.get("error", "ended unasked"))


def started_again(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Processes that ended between two looks at how often each was started again."""
    return say("ended although nothing was hurt", [name for name, times in after.items() if times > before[name]])


def _entry(line: bytes) -> dict[str, object]:
    """A line of ours; nothing for what a runtime wrote."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}

"""The last lines of logs: those that our logger wrote, with messages that stand in our code, fields on its list."""

import json
import re
from collections import deque
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from chassis.telemetry.fields import ALLOWED_FIELDS
from frontdoor.bundle import allowed

_PACKAGES: Final = ("chassis", "referral_intake", "triage", "agency_notify", "audit", "triage_ui")
_SAID: Final = re.compile(
    r'\blog\.(?:debug|info|warning|error|critical|exception)\(\s*"([^"\\{}]{1,200})"'
    r'|\.(?:critical|error)\("([^"\\{}]{1,200})"'
)
_LEVELS: Final = frozenset({"debug", "info", "warning", "error", "critical"})


@cache
def messages() -> frozenset[str]:
    """Every message that our code can log, read from the code itself: what is no constant of ours is not one."""
    found: set[str] = set()
    for package in _PACKAGES:
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec is not None else ():
            for file in Path(folder).rglob("*.py"):
                found.update(one or other for one, other in _SAID.findall(file.read_text("utf-8")))
    return frozenset(found)


def last_lines(file: Path, number: int) -> list[str]:
    """The end of a file, whatever is in it."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        return list(deque(lines, number))


def filtered(lines: Sequence[str]) -> tuple[list[str], int]:
    """The lines that may be shown, and how many were left out."""
    shown = [line for line in map(_filtered, lines) if line is not None]
    return [json.dumps(line) for line in shown], len(lines) - len(shown)


def _filtered(line: str) -> dict[str, object] | None:
    """None for a line that our logger did not write, or whose message is none of ours."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("event") not in messages() or found.get("level") not in _LEVELS:
        return None
    fields = [name for name in found if name in ALLOWED_FIELDS or name in ("timestamp", "trace_id")]
    return {"event": found["event"], "level": found["level"], **allowed.picked(found, fields)}

"""What a run saw, for people and for the record."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.fuzz.campaign import Outcome
from tests.fuzz.people import CLAIMS

RESULTS: Final = Path(__file__).parent / "results"


def table(outcome: Outcome) -> Iterator[str]:
    """Each operation and, under it, each role: how many requests, and how often each status."""
    for operation in sorted({operation for operation, _, _ in outcome.statuses}):
        yield f"{operation}  {_told(_statuses(outcome, operation))}"
        for role in CLAIMS:
            if seen := _statuses(outcome, operation, role):
                yield f"    {role:<22}{sum(seen.values()):>6}  {_told(seen)}"
    for (operation, what), count in outcome.found.most_common():
        finding = outcome.findings[operation, what]
        yield f"\nFOUND {count} times: {operation}: {what}\n  {finding.request}\n  answered {finding.answer}"


def figures(outcome: Outcome, *, seed: int, seconds: float) -> dict[str, Any]:
    """The run in figures, as they are kept."""
    by_status = Counter[int]()
    for (_, _, status), count in outcome.statuses.items():
        by_status[status] += count
    operations = {operation for operation, _, _ in outcome.statuses}
    return {
        "seed": seed,
        "requests": outcome.requests,
        "seconds": round(seconds, 1),
        "operations": len(operations),
        "roles": len({role for _, role, _ in outcome.statuses}),
        "kinds": dict(outcome.kinds),
        "statuses": {str(status): count for status, count in sorted(by_status.items())},
        "words_looked_for": outcome.words_looked_for,
        "server_errors": sum(count for status, count in by_status.items() if status >= 500),
        "findings": [
            {"operation": operation, "what": what, "times": n} for (operation, what), n in outcome.found.items()
        ],
        "by_operation": {each: _by_role(outcome, each) for each in sorted(operations)},
    }


def keep(name: str, found: dict[str, Any]) -> Path:
    """Write the figures where they are kept. Returns the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    return path


def _by_role(outcome: Outcome, operation: str) -> dict[str, str]:
    return {role: _told(seen) for role in CLAIMS if (seen := _statuses(outcome, operation, role))}


def _statuses(outcome: Outcome, operation: str, role: str | None = None) -> Counter[int]:
    seen = Counter[int]()
    for (of_operation, of_role, status), count in outcome.statuses.items():
        if of_operation == operation and role in (None, of_role):
            seen[status] += count
    return seen


def _told(seen: Counter[int]) -> str:
    return " ".join(f"{status}:{count}" for status, count in sorted(seen.items()))

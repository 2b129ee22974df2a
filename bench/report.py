"""What a measurement leaves behind: a table for people, one line of JSON for programs, and a file to keep."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

import psutil

from chassis.clock import SystemClock

RESULTS: Final = Path(__file__).parent / "results"
_MEASURED: Final = (
    "fastapi",
    "uvicorn",
    "uvloop",
    "asyncpg",
    "sqlalchemy",
    "aiokafka",
    "faststream",
    "pydantic",
    "httptools",
)

_LOAD_AT_START: Final = os.getloadavg()
"""Over 1, 5 and 15 minutes, before we began: above about 1 somebody else was measured as well."""


@dataclass(frozen=True)
class Row:
    """One side of a scenario: a median over its rounds for each figure."""

    side: str
    figures: Mapping[str, float]
    rounds: Sequence[Mapping[str, float]]


def row_of(side: str, rounds: Sequence[Mapping[str, float]]) -> Row:
    """Medians, so that one disturbed round does not decide."""
    figures = {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}
    return Row(side, figures, rounds)


def publish(scenario: str, method: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Print the table, keep the result, and print it as the last line."""
    _print_table(scenario, rows)
    keep(scenario, method, [asdict(row) for row in rows])
    print(json.dumps({"scenario": scenario, **{row.side: row.figures for row in rows}}), flush=True)


def keep(scenario: str, method: Mapping[str, Any], results: Any) -> None:
    """Write the result, with what it was measured on, to ``results/<date>-<scenario>.json``."""
    now = SystemClock().now()
    result = {
        "scenario": scenario,
        "measured_at": now.isoformat(timespec="seconds"),
        "revision": _revision(),
        "machine": _machine(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _MEASURED}},
        "method": dict(method),
        "results": results,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now.date().isoformat()}-{scenario}.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(f"kept in bench/results/{path.name}\n")


def _print_table(scenario: str, rows: Sequence[Row]) -> None:
    names = list(rows[0].figures)
    print(f"\n{scenario}: medians of {len(rows[0].rounds)} rounds")
    print(f"  {'':<28}" + "".join(f"{name:>22}" for name in names))
    for row in rows:
        print(f"  {row.side:<28}" + "".join(f"{row.figures[name]:>22,.1f}" for name in names))


def _machine() -> dict[str, Any]:
    model = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    return {
        "cpus": os.cpu_count(),
        "cpu": model[0] if model else platform.processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "load_average": [round(load, 1) for load in _LOAD_AT_START],
    }


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def _revision() -> str:
    """The commit, with ``-dirty`` when files differ from it."""
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"

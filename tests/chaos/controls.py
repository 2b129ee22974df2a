"""``python -m tests.chaos.controls``: plants known bugs one at a time; each must be caught, or this fails."""

import asyncio
import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from chassis.telemetry import logs
from local_stack.stack import Stack, running
from tests.chaos import discarding, late_commit, neighbours, power_cut, zombie
from tests.chaos.planted import Bug
from tests.chaos.rig import Finding

Scenario = Callable[[Stack, Bug | None], Awaitable[Finding]]


class Expected(StrEnum):
    """What the bug must lead to."""

    CAUGHT = "caught"
    SECOND_WALL = "second wall held"


@dataclass(frozen=True)
class Control:
    """A bug and the situation in which it does harm. ``parts`` are what the situation needs of a stack."""

    bug: Bug
    situation: str
    scenario: Scenario
    parts: frozenset[str]
    expected: Expected = Expected.CAUGHT


_DELIVERY: Final = frozenset({"postgres", "kafka"})
CONTROLS: Final = (
    Control(Bug.ANSWER_BEFORE_COMMIT, "killed under load", power_cut.run, frozenset({"postgres"})),
    Control(Bug.WATERMARK_RELAY, "lower id commits last", late_commit.run, _DELIVERY),
    Control(Bug.POSITION_NOT_FENCED, "zombie wakes inside its transaction", zombie.amid, _DELIVERY),
    Control(
        Bug.POSITION_NOT_FENCED, "zombie wakes before its transaction", zombie.before, _DELIVERY, Expected.SECOND_WALL
    ),
    Control(Bug.BATCH_HELD, "a message fails among others", neighbours.run, _DELIVERY),
    Control(Bug.DISCARD_SWALLOWS, "the last of three is discarded", discarding.run, _DELIVERY),
)


@dataclass(frozen=True)
class Result:
    """A control with what was found without its bug and with it."""

    control: Control
    without: Finding
    planted: Finding

    @property
    def good(self) -> bool:
        """Nothing was found without the bug, and with it what was expected."""
        harm_is_expected = self.control.expected is Expected.CAUGHT
        return not self.without.violations and bool(self.planted.violations) == harm_is_expected

    def row(self) -> tuple[str, ...]:
        """For the table: bug, situation, without, with, caught by."""
        return (self.control.bug, self.control.situation, _shown(self.without), _shown(self.planted), self._verdict())

    def _verdict(self) -> str:
        if self.without.violations:
            return "FALSE ALARM: " + _checks(self.without)
        if self.control.expected is Expected.SECOND_WALL:
            return f"{self.control.expected}: {self.planted.said}" if self.good else "SECOND WALL FELL"
        return _checks(self.planted) if self.good else "NOT CAUGHT"


def main() -> int:
    """0 when every bug was caught and nothing else was; 1 otherwise."""
    logs.write_json("controls", level=logging.CRITICAL)  # what the planted bugs make the code say is no news
    began = time.monotonic()
    results = [Result(control, _tried(control, None), _tried(control, control.bug)) for control in CONTROLS]
    sys.stdout.write("\n" + table(results))
    for violation in (each for result in results for each in result.planted.violations):
        sys.stdout.write(f"  {violation}\n")
    sys.stdout.write(f"\ntook {time.monotonic() - began:.0f} s\n")
    return verdict(results)


def verdict(results: Sequence[Result]) -> int:
    """The exit code."""
    return 0 if results and all(result.good for result in results) else 1


def table(results: Sequence[Result]) -> str:
    """All results, one line each, under a heading."""
    rows = [("bug", "situation", "without", "with", "caught by"), *(result.row() for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, ""]) + "\n"


def _tried(control: Control, bug: Bug | None) -> Finding:
    """One run on a stack of its own, so that nothing of another run can be found in it."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="frontdoor-") as name, _stack(Path(name), control) as stack:
        finding = asyncio.run(_run(control, stack, bug))
    what = f"{control.situation}, {bug or 'no bug'}"
    sys.stdout.write(f"{what}: {_shown(finding)}, {time.monotonic() - began:.0f} s\n")
    sys.stdout.flush()
    return finding


def _stack(folder: Path, control: Control) -> AbstractContextManager[Stack]:
    return running(folder / "stack", parts=control.parts, services=False)


async def _run(control: Control, stack: Stack, bug: Bug | None) -> Finding:
    return await control.scenario(stack, bug)


def _shown(finding: Finding) -> str:
    count = len(finding.violations)
    found = f"{count} violation{'s' * (count > 1)}" if count else "no violation"
    return f"{found} ({finding.said})" if finding.said else found


def _checks(finding: Finding) -> str:
    """Which of the checker's rules were broken, without the figures."""
    return "; ".join(re.split(r": \d", violation)[0] for violation in finding.violations)


if __name__ == "__main__":
    raise SystemExit(main())

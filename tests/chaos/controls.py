"""``python -m tests.chaos.controls``: plants known bugs one at a time; each must be caught, or this fails."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from local_stack.stack import Stack, running
from tests.chaos import late_commit, power_cut, zombie
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

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.control.bug}, {self.control.situation}: {self._verdict()}"
        yield f"    without  {_told(self.without)}"
        yield f"    with     {_told(self.planted)}"

    def _verdict(self) -> str:
        if self.without.violations:
            return "FALSE ALARM"
        if self.good:
            return self.control.expected
        return "NOT CAUGHT" if self.control.expected is Expected.CAUGHT else "SECOND WALL FELL"


def main() -> int:
    """0 when every bug was caught and nothing else was; 1 otherwise."""
    began = time.monotonic()
    results = []
    for control in CONTROLS:
        results.append(Result(control, _tried(control, None), _tried(control, control.bug)))
    told = [line for result in results for line in result.lines()]
    sys.stdout.write("\n".join(["", *told, f"{time.monotonic() - began:.0f} s", ""]))
    return verdict(results)


def verdict(results: Sequence[Result]) -> int:
    """The exit code."""
    return 0 if results and all(result.good for result in results) else 1


def _tried(control: Control, bug: Bug | None) -> Finding:
    """One run on a stack of its own, so that nothing of another run can be found in it."""
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        with running(Path(folder) / "stack", parts=control.parts, services=False) as stack:
            return asyncio.run(_scenario(control, stack, bug))


async def _scenario(control: Control, stack: Stack, bug: Bug | None) -> Finding:
    return await control.scenario(stack, bug)


def _told(finding: Finding) -> str:
    found = "; ".join(finding.violations) or "no violation"
    return f"{found} ({finding.said})" if finding.said else found


if __name__ == "__main__":
    raise SystemExit(main())

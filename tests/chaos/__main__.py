"""``python -m tests.chaos --seed 7 --minutes 20``: a longer campaign by hand; keeps its figures under bench/results."""

import argparse
import asyncio
import json
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from local_stack.stack import Stack, running
from tests.chaos.campaign import Campaign, Outcome
from tests.chaos.nemesis import Step, Wound, plan

RESULTS = Path(__file__).parents[2] / "bench" / "results"
MINUTES_PER_ROUND = 3
PER_SECOND = 20.0


def main() -> int:
    """0 when nothing was violated and every recovery was in time; 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10)
    arguments = parser.parse_args()
    rounds = max(1, round(arguments.minutes / MINUTES_PER_ROUND))
    with TemporaryDirectory(prefix="frontdoor-") as folder, running(Path(folder) / "stack") as stack:
        steps = plan(arguments.seed, rounds=rounds)
        outcome = asyncio.run(_run(stack, steps, arguments.seed, folder=Path(folder)))
        restarts = stack.supervisor.restarts()
    figures = {"seed": arguments.seed, "per_second": PER_SECOND, **outcome.summary(), "restarts": restarts}
    _keep(figures)
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if good(outcome) else 1


async def _run(stack: Stack, steps: list[Step], seed: int, *, folder: Path) -> Outcome:
    return await Campaign(stack, seed=seed, per_second=PER_SECOND, folder=folder).run(steps, report=report)


def good(outcome: Outcome) -> bool:
    """True when nothing was lost and everything came back."""
    return not outcome.violations and outcome.slowest is not None


def report(wound: Wound) -> None:
    """One line for each fault."""
    after = "never" if wound.steady_after_seconds is None else f"{wound.steady_after_seconds:.1f} s"
    struck = ", ".join(f"{fault.kind} {fault.target}" for fault in wound.step)
    sys.stdout.write(f"{struck:60} steady after {after}\n")
    sys.stdout.flush()


def _keep(figures: dict[str, object]) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    name = f"{time.strftime('%Y-%m-%d')}-chaos-{figures['seed']}.json"
    machine = {"python": platform.python_version(), "machine": platform.machine(), "brokers": 1}
    (RESULTS / name).write_text(json.dumps({**figures, **machine}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
